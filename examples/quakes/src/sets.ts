import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Quake {
  magnitude: number
  longitude: number
  latitude: number
}

export interface Flight {
  delayMinutes: number
  miles: number
}

/** What the folds take at once: a stretch of each set. */
export interface Batch {
  quakes: Quake[]
  flights: Flight[]
}

/** One week of earthquakes. */
export function loadQuakes(folder: string): Quake[] {
  const { features } = readJson(folder, 'earthquakes.json') as {
    features: { properties: { mag: number }; geometry: { coordinates: [longitude: number, latitude: number, depth: number] } }[]
  }
  return features.map(({ properties, geometry }) => ({
    magnitude: properties.mag, longitude: geometry.coordinates[0], latitude: geometry.coordinates[1],
  }))
}

/** Three months of flights. */
export function loadFlights(folder: string): Flight[] {
  const flights = readJson(folder, 'flights-20k.json') as { delay: number; distance: number }[]
  return flights.map(({ delay, distance }) => ({ delayMinutes: delay, miles: distance }))
}

/** Both sets, each cut into `count` stretches of about the same length. */
export function cutIntoBatches(quakes: Quake[], flights: Flight[], count: number): Batch[] {
  return Array.from({ length: count }, (_, index) => ({
    quakes: stretch(quakes, index, count),
    flights: stretch(flights, index, count),
  }))
}

function stretch<T>(all: T[], index: number, count: number): T[] {
  return all.slice(Math.floor((all.length * index) / count), Math.floor((all.length * (index + 1)) / count))
}

function readJson(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'))
}
