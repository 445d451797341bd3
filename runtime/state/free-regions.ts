/** A region's place and size. */
export interface Region {
  readonly start: number
  readonly byteLength: number
}

/** Free pieces of a memory in the order of their places. Neighbours are joined, so that any mix of sizes finds room again. */
export class FreeRegions {
  readonly #regions: Region[] = []

  give(region: Region): void {
    const regions = this.#regions
    const place = this.#placeOf(region.start)
    const before = regions[place - 1]
    const after = regions[place]
    const joinsBefore = before !== undefined && endOf(before) === region.start
    const joinsAfter = after !== undefined && endOf(region) === after.start
    const start = joinsBefore ? before.start : region.start
    const end = joinsAfter ? endOf(after) : endOf(region)
    regions.splice(place - Number(joinsBefore), Number(joinsBefore) + Number(joinsAfter), { start, byteLength: end - start })
  }

  /** Undefined where no piece is large enough. */
  take(byteLength: number): Region | undefined {
    const place = this.#regions.findIndex((region) => region.byteLength >= byteLength)
    const found = this.#regions[place]
    if (!found) return undefined
    const rest = { start: found.start + byteLength, byteLength: found.byteLength - byteLength }
    this.#regions.splice(place, 1, ...(rest.byteLength === 0 ? [] : [rest]))
    return { start: found.start, byteLength }
  }

  /** How many regions lie before `start`. */
  #placeOf(start: number): number {
    let [low, high] = [0, this.#regions.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#regions[middle]!.start < start) low = middle + 1
      else high = middle
    }
    return low
  }
}

const endOf = ({ start, byteLength }: Region): number => start + byteLength
