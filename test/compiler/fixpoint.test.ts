import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { Fixpoint } from '../../compiler/2-analyze/regions/fixpoint.ts'
import { describe } from '../harness/suite.ts'

/** Of each node which others it asks for. */
type Graph = readonly (readonly number[])[]

/** All nodes that each node leads to, itself where it leads back; and how often nodes were read for that. */
function reachable(graph: Graph, order: readonly number[]): { readonly found: ReadonlyMap<number, string>; readonly reads: number } {
  const holders = graph.map(() => ({}))
  let reads = 0
  const sets = new Fixpoint<ReadonlySet<number>>(new Set(), (one, other) => one.size === other.size)
  const read = (node: number): ReadonlySet<number> => {
    reads++
    return new Set(graph[node]!.flatMap((next) => [next, ...sets.valueOf(holders[next]!, 'nodes', () => read(next))]))
  }
  const found = new Map(order.map((node) => [node, [...sets.valueOf(holders[node]!, 'nodes', () => read(node))].sort((a, b) => a - b).join()]))
  return { found, reads }
}

/** The same by walking. */
function walked(graph: Graph, from: number): string {
  const seen = new Set<number>()
  const visit = (node: number): void => graph[node]!.forEach((next) => {
    if (seen.has(next)) return
    seen.add(next)
    visit(next)
  })
  visit(from)
  return [...seen].sort((a, b) => a - b).join()
}

const graphs = fc.integer({ min: 1, max: 12 }).chain((size) => fc.record({
  graph: fc.array(fc.array(fc.nat(size - 1), { maxLength: 4 }), { minLength: size, maxLength: size }),
  order: fc.array(fc.nat(size - 1), { minLength: 1, maxLength: size }),
}))

describe('values that ask for one another', (it) => {
  it('are what they are whichever is asked for first', () => {
    fc.assert(fc.property(graphs, ({ graph, order }) => {
      for (const [node, nodes] of reachable(graph, order).found) assert.is(nodes, walked(graph, node))
    }), { numRuns: 2000 })
  })
  it('are read once each where there is no circle', () => {
    const ladder = Array.from({ length: 40 }, (_, node) => (node < 39 ? [node + 1, Math.min(node + 2, 39)] : []))
    assert.is(reachable(ladder, [0, 1, 2]).reads, 40)
  })
  it('are read a few times each where all ask for all, not once for each way through them', () => {
    const size = 30
    const all = Array.from({ length: size }, () => Array.from({ length: size }, (_, node) => node))
    const { found, reads } = reachable(all, [0])
    assert.is(found.get(0), Array.from({ length: size }, (_, node) => node).join())
    assert.ok(reads <= 4 * size, `${reads} reads of ${size} values`)
  })
})
