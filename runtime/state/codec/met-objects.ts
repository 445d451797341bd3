/** The objects of the value that is being written, in the order in which they begin: few in a list, more in a map. */

const FEW = 12

const few: (object | undefined)[] = Array.from({ length: FEW }, () => undefined)
let count = 0
let places: Map<object, number> | undefined

/** Where `object` was met before. Below 0 for one that is met for the first time, and from now on is known. */
export function placeOf(object: object): number {
  if (count < FEW) {
    for (let index = 0; index < count; index++) if (few[index] === object) return index
    few[count++] = object
    return -1
  }
  const known = places ??= mapOfFew()
  const place = known.get(object)
  if (place !== undefined) return place
  known.set(object, count++)
  return -1
}

export const metObjects = (): Iterable<object> => places?.keys() ?? (few.slice(0, count) as object[])

export function forgetMet(): void {
  for (let index = 0; index < FEW && few[index] !== undefined; index++) few[index] = undefined
  places = undefined
  count = 0
}

function mapOfFew(): Map<object, number> {
  const map = new Map<object, number>()
  for (let index = 0; index < FEW; index++) map.set(few[index]!, index)
  return map
}
