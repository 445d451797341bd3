import { Brain, ExecutionStates, type Logger } from 'taskbrain'
import { cutIntoBatches, loadFlights, loadQuakes, type Batch } from './sets'

const BATCHES = 40
const LIMIT = '60s'

export interface Box {
  west: number
  east: number
  south: number
  north: number
}

/**
 * One task reads the sets and hands out batches, two fold them into the same totals, the main process watches.
 *
 * Each folding task has a mailbox: a batch and two numbers. The mailbox is free while the numbers are equal. Only `serve`
 * raises `put`, after it has written the batch; only the folding task raises `taken`, after it has folded it. Shared writes are
 * seen in the order they are made in, so no batch is missed or folded twice.
 */
export class QuakesBrain extends Brain {
  leftBatch: Batch = { quakes: [], flights: [] }
  leftPut = 0
  leftTaken = 0
  rightBatch: Batch = { quakes: [], flights: [] }
  rightPut = 0
  rightTaken = 0

  quakes = 0
  /** Sum of all magnitudes in hundredths: whole numbers add up to the same in any order. */
  magnitudeHundredths = 0
  /** The largest magnitude of each batch. */
  largest: number[] = []
  flights = 0
  delayMinutes = 0
  miles = 0
  /** Raised last: once it counts a batch, the totals above hold it. */
  batchesFolded = 0

  strongestInBox = 0
  quakesInBox = 0
  lateFlights = 0

  constructor(logger: Logger, public folder: string) {
    super(logger)
  }

  @Brain.task({ process: true, runOnStart: true, refreshRate: '5ms', timeout: LIMIT, defineLoopLater: true })
  serve() {
    const batches = cutIntoBatches(loadQuakes(this.folder), loadFlights(this.folder), BATCHES)
    let next = 0
    // ---Loop---
    const batch = batches[next]
    if (batch === undefined) return
    if (this.leftTaken === this.leftPut) {
      this.leftBatch = batch
      this.leftPut += 1
      next += 1
    } else if (this.rightTaken === this.rightPut) {
      this.rightBatch = batch
      this.rightPut += 1
      next += 1
    }
  }

  @Brain.task({ process: true, runOnStart: true, refreshRate: '5ms', timeout: LIMIT })
  foldLeft() {
    if (this.leftTaken === this.leftPut) return
    this.fold(this.leftBatch)
    this.leftTaken += 1
  }

  @Brain.task({ process: true, runOnStart: true, refreshRate: '5ms', timeout: LIMIT })
  foldRight() {
    if (this.rightTaken === this.rightPut) return
    this.fold(this.rightBatch)
    this.rightTaken += 1
  }

  /** Both folding tasks add to the same totals, at the same time. */
  fold(batch: Batch): void {
    let largest = -Infinity
    for (const quake of batch.quakes) {
      this.quakes += 1
      this.magnitudeHundredths += Math.round(quake.magnitude * 100)
      largest = Math.max(largest, quake.magnitude)
    }
    this.largest.push(largest)
    for (const flight of batch.flights) {
      this.flights += 1
      this.delayMinutes += flight.delayMinutes
      this.miles += flight.miles
    }
    this.batchesFolded += 1
  }

  /** Count and largest magnitude of the earthquakes in a box of the map. */
  @Brain.task({ process: true, runOnStart: false })
  inBox(box: Box) {
    const found = loadQuakes(this.folder).filter(({ longitude, latitude }) =>
      longitude >= box.west && longitude <= box.east && latitude >= box.south && latitude <= box.north)
    return { count: found.length, largest: Math.max(...found.map((quake) => quake.magnitude)) }
  }

  /** How many flights were at least `from` and less than `to` minutes late. */
  @Brain.task({ process: true, runOnStart: false })
  lateBetween(from: number, to: number) {
    return loadFlights(this.folder).filter(({ delayMinutes }) => delayMinutes >= from && delayMinutes < to).length
  }

  @Brain.task({ process: false, runOnStart: true, refreshRate: '100ms', timeout: LIMIT })
  showProgress() {
    this.logger.info(`${this.batchesFolded} of ${BATCHES} batches folded: ${this.quakes} earthquakes, ${this.flights} flights`)
  }

  @Brain.task({ process: false, runOnStart: true, refreshRate: '20ms', timeout: LIMIT })
  async finish() {
    if (this.batchesFolded < BATCHES) return
    const california = { west: -125, east: -114, south: 32, north: 42 }
    const [inBox, late] = await Promise.all([this.tasks.inBox(california), this.tasks.lateBetween(60, 120)])
    if (inBox.executionState === ExecutionStates.CORRECTLY) {
      this.quakesInBox = inBox.result.count
      this.strongestInBox = inBox.result.largest
    }
    if (late.executionState === ExecutionStates.CORRECTLY) this.lateFlights = late.result
    void this.stop()
  }
}
