/** Whether a brain has a plain property where the accessor of an attribute was. */
export function isHidden(brain: object, name: string): boolean {
  const own = Object.getOwnPropertyDescriptor(brain, name)
  return own !== undefined && own.get === undefined
}
