/**
 * Memory that is the runtime's own: what lies in it never leaves as a view, also in a message, where shared memory of a
 * user stays shared.
 */

export type ViewCopier = (view: ArrayBufferView) => ArrayBufferView

const copiers = new WeakMap<object, ViewCopier>()

export function copyViewsOf(memory: SharedArrayBuffer, copy: ViewCopier): void {
  copiers.set(memory, copy)
}

export const copierOf = ({ buffer }: ArrayBufferView): ViewCopier | undefined => copiers.get(buffer)
