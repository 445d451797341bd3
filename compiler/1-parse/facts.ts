// In: a host. Out: what it says of files, and a record of what it was asked while something was worked out: as long as every question
// has the answer it had, what was worked out holds. Must not hold a syntax tree.

import { hash } from 'node:crypto'
import type { CompilerHost } from '../model.ts'
import { createSpecifierReader, ModuleGraph, type SpecifiersOf } from './module-graph.ts'
import { mayHoldBrain } from './prefilter.ts'

/** How each question is answered now; a text is answered by its hash. */
interface Answers {
  /** What a file holds. */
  text(path: string): string | undefined
  /** The same of one that is parsed. */
  tree(path: string): string | undefined
  /** The same where it matches a pattern. */
  'text-with'(path: string, pattern: string): string | undefined
  'may-hold-brain'(path: string): string
  /** What a module imports, as it says. */
  specifiers(path: string): string
  /** The file that an import means. */
  meaning(specifier: string, from: string): string | undefined
  /** What a file of a package is called. */
  name(path: string): string | undefined
  /** Why nothing of a package can be read. */
  reason(specifier: string, from: string): string | undefined
  /** What the type checker rests on. */
  types(): string
}

/** A question and its answer. */
export interface Fact {
  readonly about: keyof Answers
  /** A path, or the specifier of an import. */
  readonly of: string
  /** The file with the import, or a pattern. */
  readonly from: string
  readonly answer: string | undefined
}

/** What was worked out, and from what, in the order in which it was asked: each question only because of the answers before it. */
export interface Reading<Value> {
  readonly value: Value
  readonly facts: ReadonlySet<Fact>
}

export interface FactsOptions {
  /** Whether anybody will want to know. */
  readonly isNoted: boolean
  /** Whether a file is known to hold what it held. */
  readonly isUnchanged: (path: string) => boolean
  /** What stands for all that the type checker rests on. */
  readonly types: () => string
}

export class Facts {
  /** Answers as the one given does. */
  readonly host: CompilerHost
  readonly graph: ModuleGraph
  readonly #options: FactsOptions
  /** For what is noted by whoever asks. */
  readonly given: CompilerHost
  readonly #answers: Answers
  readonly #open: Set<Fact>[] = []
  /** Each question is asked once. */
  readonly #answered = new Map<string, Fact>()
  #isUncertain = false

  constructor(host: CompilerHost, options: FactsOptions) {
    this.#options = options
    this.given = host
    const specifiersOf = createSpecifierReader(host)
    this.#answers = answersOf(host, specifiersOf, options.types)
    this.host = options.isNoted ? this.#notingHost() : host
    this.graph = new ModuleGraph((path) => {
      this.note('specifiers', path)
      return specifiersOf(path)
    }, this.host)
  }

  /** Whether something was worked out in a way that its facts don't tell: nothing may be kept. */
  get isUncertain(): boolean {
    return this.#isUncertain
  }

  setUncertain(): void {
    this.#isUncertain = true
  }

  mayHoldBrain(path: string): boolean {
    this.note('may-hold-brain', path)
    return mayHoldBrain(this.given.readFile(path) ?? '')
  }

  /** The text of a file, where it matches. */
  textWith(path: string, pattern: RegExp): string | undefined {
    this.note('text-with', path, pattern.source)
    const text = this.given.readFile(path)
    return text !== undefined && pattern.test(text) ? text : undefined
  }

  note(about: Fact['about'], of = '', from = ''): void {
    if (this.#options.isNoted) this.#open.at(-1)?.add(this.#answer(about, of, from))
  }

  /** What was worked out already counts as asked for once more. */
  noteAll(facts: Iterable<Fact>): void {
    const open = this.#open.at(-1)
    if (open) for (const fact of facts) open.add(fact)
  }

  /** Works something out, and notes what was asked for it. */
  during<Value>(work: () => Value): Reading<Value> {
    const facts = new Set<Fact>()
    this.#open.push(facts)
    try {
      return { value: work(), facts }
    } finally {
      this.#open.pop()
      this.noteAll(facts)
    }
  }

  /** Whether the questions have the answers they had. None is asked that those before it don't lead to. */
  hold(facts: Iterable<Fact>): boolean {
    for (const fact of facts) if (!this.#holds(fact)) return false
    return true
  }

  #holds(fact: Fact): boolean {
    const { about, of, from, answer } = fact
    if (OF_TEXT.has(about) && this.#options.isUnchanged(of)) return true
    return this.#answer(about, of, from, fact).answer === answer
  }

  /** `known` is taken where it is the answer still: what is kept of many files shares it. */
  #answer(about: Fact['about'], of: string, from: string, known?: Fact): Fact {
    const key = `${about}\0${of}\0${from}`
    const answered = this.#answered.get(key)
    if (answered) return answered
    const answer = this.#answers[about](of, from)
    const fact = known && known.answer === answer ? known : { about, of, from, answer }
    this.#answered.set(key, fact)
    return fact
  }

  #notingHost(): CompilerHost {
    const host = this.given
    const asked = (about: Fact['about']) => (of: string, from = ''): string | undefined => {
      this.note(about, of, from)
      return this.#answer(about, of, from).answer
    }
    return {
      readFile: (path) => {
        this.note('text', path)
        return host.readFile(path)
      },
      fileExists: (path) => host.fileExists(path),
      resolve: asked('meaning'),
      nameOf: asked('name'),
      whyUnread: asked('reason'),
      lookedUp: (path) => host.lookedUp?.(path),
    }
  }
}

// --- internal ---

const OF_TEXT: ReadonlySet<Fact['about']> = new Set(['text', 'tree', 'text-with', 'may-hold-brain', 'specifiers'])

function answersOf(host: CompilerHost, specifiersOf: SpecifiersOf, types: () => string): Answers {
  const hashes = new Map<string, string | undefined>()
  const text = (path: string): string | undefined => {
    if (!hashes.has(path)) hashes.set(path, hashOf(host.readFile(path)))
    return hashes.get(path)
  }
  return {
    text,
    tree: text,
    'text-with': (path, pattern) => (new RegExp(pattern).test(host.readFile(path) ?? '') ? text(path) : undefined),
    'may-hold-brain': (path) => String(mayHoldBrain(host.readFile(path) ?? '')),
    specifiers: (path) => specifiersOf(path).join('\n'),
    meaning: (specifier, from) => host.resolve(specifier, from),
    name: (path) => host.nameOf?.(path),
    reason: (specifier, from) => host.whyUnread?.(specifier, from),
    types,
  }
}

function hashOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : hash('sha256', text, 'base64url')
}
