import { fileURLToPath } from 'node:url'
import { createLogger } from 'taskbrain'
import { QuakesBrain } from './.taskbrain/quakes.brain.js'

const folder = fileURLToPath(new URL('../data/', import.meta.resolve('vega-datasets')))
const brain = new QuakesBrain(createLogger({ identifier: 'Quakes' }), folder)
await brain.run()

console.log(JSON.stringify({
  batches: brain.batchesFolded,
  quakes: brain.quakes,
  magnitudeHundredths: brain.magnitudeHundredths,
  strongest: Math.max(...brain.largest),
  flights: brain.flights,
  delayMinutes: brain.delayMinutes,
  miles: brain.miles,
  quakesInBox: brain.quakesInBox,
  strongestInBox: brain.strongestInBox,
  lateFlights: brain.lateFlights,
}))
