/** The objects of the value that is being written, in the order in which they begin: few in a list, more in a map. */

const FEW = 24

const few: (object | undefined)[] = Array.from({ length: FEW }, () => undefined)
let count = 0
/** Many, as long as each was met once. */
let many: Set<object> | undefined
/** Many of which one was met again. */
let places: Map<object, number> | undefined

/** Where `object` was met before. Below 0 for one that is met for the first time, and from now on is known. */
export function placeOf(object: object): number {
  if (count < FEW) {
    for (let index = 0; index < count; index++) if (few[index] === object) return index
    few[count++] = object
    return -1
  }
  if (places !== undefined) return placeOfKnown(places, object)
  many ??= new Set(few as object[])
  // Half the price of the question and the answer one after the other.
  if (many.add(object).size === count) return placeOfKnown(places = placesOf(many), object)
  count++
  return -1
}

function placeOfKnown(known: Map<object, number>, object: object): number {
  const place = known.get(object)
  if (place !== undefined) return place
  known.set(object, count++)
  return -1
}

export function eachMet(visit: (object: object) => void): void {
  if (many === undefined) for (let index = 0; index < count; index++) visit(few[index]!)
  else for (const object of places?.keys() ?? many) visit(object)
}

export function forgetMet(): void {
  for (let index = 0; index < FEW && few[index] !== undefined; index++) few[index] = undefined
  many = undefined
  places = undefined
  count = 0
}

function placesOf(objects: ReadonlySet<object>): Map<object, number> {
  const known = new Map<object, number>()
  for (const object of objects) known.set(object, known.size)
  return known
}
