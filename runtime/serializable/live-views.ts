/**
 * Memory that is the runtime's own: what lies in it never leaves as a view, also in a message, where shared memory of a
 * user stays shared.
 */

export type ViewCopier = (view: ArrayBufferView) => ArrayBufferView

const copiers = new WeakMap<object, ViewCopier>()

export function copyViewsOf(memory: SharedArrayBuffer, copy: ViewCopier): void {
  copiers.set(memory, copy)
}

export const copierOf = (view: ArrayBufferView): ViewCopier | undefined => copiers.get(bufferOf(view))

const bufferOfTypedArray = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'buffer')!.get!

/** The buffer that a view is really of: a live view has a property in front of it. */
export function bufferOf(view: ArrayBufferView): ArrayBufferLike {
  return view instanceof DataView ? view.buffer : bufferOfTypedArray.call(view) as ArrayBufferLike
}
