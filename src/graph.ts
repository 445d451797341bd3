// What `taskbrain explain --graph` writes: a Mermaid diagram of tasks, attributes and who reads, writes and calls what. Writes nothing.
import type { BrainExplanation } from '../compiler/index.ts'

/** One flowchart: a box for each brain, within it what runs in the main process, each worker, and the shared attributes. */
export function graphText(brains: readonly BrainExplanation[]): string {
  return ['flowchart LR', ...brains.flatMap((brain, index) => brainLines(brain, `b${index}`))].join('\n')
}

function brainLines(brain: BrainExplanation, id: string): readonly string[] {
  const touched = new Set(brain.tasks.flatMap(({ reads, writes }) => [...reads, ...writes]))
  const attributes = brain.attributes.filter(({ name }) => touched.has(name))
  const attributeIds = new Map(attributes.map(({ name }, index) => [name, `${id}a${index}`]))
  const taskIds = new Map(brain.tasks.map(({ name }, index) => [name, `${id}t${index}`]))
  const node = (name: string): string => `${taskIds.get(name)}[${quoted(name)}]`
  const inMain = brain.tasks.filter(({ runsIn }) => runsIn === 'main').map(({ name }) => node(name))
  const onThreads = brain.tasks.filter(({ runsIn }) => runsIn === 'thread').map(({ name }) => node(name))
  return [
    `  subgraph ${id}[${quoted(brain.name)}]`,
    ...group(`${id}main`, 'main process', inMain),
    ...group(`${id}threads`, 'worker threads', onThreads),
    ...attributes.map(({ name }) => `    ${attributeIds.get(name)}[(${quoted(name)})]`),
    '  end',
    ...brain.tasks.flatMap((task) => {
      const from = taskIds.get(task.name)!
      return [
        ...attributes.flatMap(({ name }) => edgeText(attributeIds.get(name)!, from, task.reads.includes(name), task.writes.includes(name))),
        ...task.calls.filter((name) => taskIds.has(name)).map((name) => `  ${from} -. calls .-> ${taskIds.get(name)}`),
      ]
    }),
  ]
}

function edgeText(attribute: string, task: string, reads: boolean, writes: boolean): readonly string[] {
  if (!writes) return reads ? [`  ${attribute} --> ${task}`] : []
  return [`  ${task} ${reads ? '<-->' : '-->'} ${attribute}`]
}

const group = (id: string, title: string, nodes: readonly string[]): readonly string[] =>
  nodes.length === 0 ? [] : [`    subgraph ${id}[${quoted(title)}]`, ...nodes.map((node) => `      ${node}`), '    end']

/** Mermaid knows no escapes but entities. */
const quoted = (text: string): string => `"${text.replace(/["#&<>]/g, (sign) => `#${sign.codePointAt(0)};`)}"`
