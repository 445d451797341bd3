// Bodies of methods, made at random, that change attributes through names taken from them. What they do depends on nothing that they
// read through a name which changes nothing: such a name is a snapshot, and may differ from what a plain class would show.

/** Choices, in order; 0 when they have run out. */
export class Tape {
  readonly #choices: readonly number[]
  #at = 0

  constructor(choices: readonly number[]) {
    this.#choices = choices
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#choices.length
  }

  next(below: number): number {
    return (this.#choices[this.#at++] ?? 0) % below
  }

  pick<T>(from: readonly T[]): T {
    return from[this.next(from.length)]!
  }
}

/** The same in the brain and in the plain class. */
export const ATTRIBUTES = `
  one = { id: 1, n: 0 }
  two = { at: { id: 14, n: 0 }, to: { id: 15, n: 0 } }
  box = { lid: { id: 2, n: 0 }, items: [{ id: 3, n: 0 }, { id: 4, n: 0 }], nums: [1, 2] }
  list = [{ id: 5, n: 0 }, { id: 6, n: 0 }, { id: 7, n: 0 }]
  map = new Map([['a', { id: 8, n: 0 }], ['b', { id: 9, n: 0 }]])
  nums = [3, 1, 2]
  bin = {}
  pet = new Pet(40)
  kids = [new Pet(41), new Pet(42)]
  bag = new Set([{ id: 43, n: 0 }, new Pet(44)])
  count = 0
`
export const NAMES = ['one', 'two', 'box', 'list', 'map', 'nums', 'bin', 'pet', 'kids', 'bag', 'count'] as const

export const METHODS = `
  bump(item) { item.n += 1 }
  bumpAll(items) { for (const item of items) this.bump(item) }
  pickOf(items) { return items.find((item) => item.id % 2 === 1) ?? items[0] }
  addTo(items, id) { if (items.length < 6) items.push({ id, n: id }); return items }
  firstItem() { return this.list[0] }
  itemOf(id) { const found = this.box.items.find((item) => item.id === id); return found ?? this.firstItem() }
  allItems() { return [...this.list, ...this.box.items] }
  get lid() { return this.box.lid }
  readOf(item) { return item === undefined ? 0 : item.id }
  async bumpNow(item) { item.n += 3; await 0 }
  async bumpLate(item) { await 0; item.n += 5 }
`
/** Of the module. */
export const FUNCTIONS = `
export function grow(item, by = 1) { if (by > 0) { item.n += by; grow(item, by - 1) } }
export const firstOf = ([first]) => first
export const each = (items, then) => { for (const item of items) then(item) }
export const tools = { add(item, by) { item.n += by }, inner: { clear: (item) => { item.n = 0 } } }
export class Adder {
  total = 0
  add(item, by) { item.n += by; this.total += by }
}
export class Doubler extends Adder {
  add(item, by) { super.add(item, by * 2) }
}
export const adder = new Adder()
export class Holder {
  constructor(item) { this.item = item }
  bump() { this.item.n += 6 }
}
export class Holders extends Holder {
  others = []
  hold(item) { this.others.push(item); return this }
  bumpAll() { this.bump(); for (const item of this.others) item.n += 8 }
}
/** Keeps in lists, maps and objects of its own what it is given, and hands it out. */
export class Store {
  list = []
  byName = new Map()
  parts = {}
  notes = []
  apply(item) { this.list.push(item); return this }
  call(name, item) { this.byName.set(name, item) }
  bind(item) { this.parts.last = item; this.list = [...this.list, item] }
  get first() { return this.list[0] ?? this.parts.last }
  at(name) { return this.byName.get(name) }
  note(n) { this.notes.push(n) }
  bumpAll() { for (const item of this.list) if (item) item.n += 1; for (const item of this.byName.values()) if (item) item.n += 2; if (this.parts.last) this.parts.last.n += 3 }
}
export const keeper = new Store()
export class Jobs {
  waiting = []
  add(job) { this.waiting.push(job); return this }
  work(job) { this.add(job); this.run() }
  run() { for (const job of this.waiting.splice(0)) job() }
}
export const deeds = [(item) => { item.n += 2 }, addOne, (item) => { item.n *= 2 }]
export const addBy = (by) => (item) => { item.n += by }
export const driver = () => ({ drive(item) { item.n += 2 }, stop: addBy(-1) })
export const acts = { one: addOne, two(item) { item.n += 2 }, three: (item) => { item.n = 3 } }
export const byName = new Map([['one', addOne], ['two', (item) => { item.n += 4 }]])
export function addOne(item) { item.n += 1 }
export const within = (work) => { let isDone = false; return () => { if (!isDone) { isDone = true; work() } } }
export function collect(items, into) { for (const item of items) if (into.length < 4) into.push(item) }
export class Pet {
  n = 0
  friends = []
  constructor(id) { this.id = id }
  grow(by) { this.n += by; return this }
  meet(other) { if (this.friends.length < 3) this.friends.push(other.id); other.n += 1 }
}
export function* some(items) { for (const item of items) if (item) yield item }
export function addTo(by) { this.n += by }
export class Box {
  own = { n: 0 }
  constructor(item) { this.item = item }
  get first() { return this.item }
  move() { this.own = this.item }
}
export const boxOf = (item) => ({ item, own: { n: 0 } })
export function moveIn(box) { box.own = box.item }
`
export const FUNCTION_NAMES = 'acts, addBy, addTo, adder, Box, boxOf, byName, collect, deeds, Doubler, driver, each, firstOf, grow, Holder, Holders, Jobs, keeper, moveIn, Pet, some, Store, tools, within'

interface Scope {
  readonly items: readonly string[]
  readonly lists: readonly string[]
  /** Names that may be assigned another item. */
  readonly mutable: readonly string[]
  readonly inLoop: boolean
  readonly isAsync: boolean
  /** In a `finally`, which must not hide the error of a change that is refused. */
  readonly staysIn?: boolean
  readonly depth: number
}

/** `async` or not, the text between the braces of a method. */
export function printBody(choices: readonly number[]): { readonly isAsync: boolean; readonly text: string } {
  const tape = new Tape(choices)
  const isAsync = tape.next(3) === 0
  const printer = new Printer(tape)
  const lines: string[] = []
  let scope: Scope = { items: [], lists: [], mutable: [], inLoop: false, isAsync, depth: 0 }
  for (let count = 2 + tape.next(6); count > 0; count--) scope = printer.statement(scope, lines)
  return { isAsync, text: lines.join('\n') }
}

class Printer {
  readonly #tape: Tape
  #names = 0

  constructor(tape: Tape) {
    this.#tape = tape
  }

  statement(scope: Scope, lines: string[]): Scope {
    const tape = this.#tape
    const choice = tape.isAtEnd ? 1 : tape.next(scope.depth > 2 ? 10 : 31)
    switch (choice) {
      case 0: case 2: return this.#takeItem(scope, lines)
      case 1: case 3: case 4: case 5: {
        lines.push(this.#change(this.#item(scope)))
        return scope
      }
      case 6: return this.#takeList(scope, lines)
      case 7: {
        const list = this.#list(scope)
        lines.push(tape.pick([`if (${list}.length < 6) ${list}.push({ id: ${tape.next(9)}, n: 0 })`, `${list}.pop()`, `${list}.reverse()`, `${list}.length = 1`, `this.addTo(${list}, ${tape.next(9)})`, `;[${list}[0], ${list}[1]] = [${list}[1], ${list}[0]]`]))
        return scope
      }
      case 8: {
        lines.push(tape.pick([
          'this.count += 1', 'this.one.n += 10', 'if (this.list.length < 6) this.list.push({ id: 1, n: 1 })', 'this.box.lid.n--', 'this.one = { id: 11, n: 0 }', 'this.two.at = { id: 16, n: 0 }', 'this.two = { at: { id: 17, n: 0 }, to: { id: 18, n: 0 } }','this.list = [{ id: 12, n: 0 }]',
          'this.map.set(\'c\', { id: 13, n: 0 })', 'this.nums.sort()', 'for (const [at, n] of this.nums.entries()) this.nums[at] = n + 1',
        ]))
        return scope
      }
      case 9: {
        if (scope.isAsync) lines.push(tape.pick(['await p.tick()', `await this.bumpNow(${this.#item(scope)})`, `await this.bumpLate(${this.#item(scope)})`, `p.keep(await p.tick(${this.#item(scope)}.id))`]))
        return scope
      }
      case 10: case 11: {
        const name = this.#name()
        const head = tape.pick([`const ${name} of ${this.#list(scope)}`, `const [, ${name}] of this.map`, `const ${name} of this.map.values()`, `const ${name} of this.bag`, `const ${name} of [...${this.#list(scope)}]`, `const ${name} of some(${this.#list(scope)})`])
        this.#block(`for (${head})`, { ...scope, items: [...scope.items, name], inLoop: true }, lines, '', name)
        return scope
      }
      case 12: {
        const name = this.#name()
        const call = tape.pick([`${this.#list(scope)}.forEach((${name})`, `this.map.forEach((${name})`, `each(${this.#list(scope)}, (${name})`, `${this.#list(scope)}.filter(Boolean).map((${name})`])
        this.#block(`${call} =>`, { ...scope, items: [...scope.items, name], mutable: [], inLoop: false, isAsync: false }, lines, ')', name)
        return scope
      }
      case 13: {
        this.#block('if (p.flip())', scope, lines)
        if (tape.next(2)) this.#block('else', scope, lines)
        return scope
      }
      case 14: {
        this.#block('try', scope, lines)
        if (tape.next(3) > 0) lines.push('catch (error) { p.caught(error) }')
        else this.#block('finally', { ...scope, inLoop: false, staysIn: true }, lines)
        return scope
      }
      case 15: {
        if (scope.staysIn) return scope
        const end = [...(scope.inLoop ? ['break', 'continue'] : []), 'return', 'throw new Error(\'mine\')']
        lines.push(`if (p.flip()) ${tape.pick(end)}`)
        return scope
      }
      case 16: {
        this.#block(`for (let i = 0; i < 2; i++)`, { ...scope, inLoop: true }, lines)
        return scope
      }
      case 17: {
        const name = this.#name()
        const parameter = this.#name()
        const body: string[] = [this.#change(parameter)]
        this.statement({ ...scope, items: [...scope.items, parameter], mutable: scope.mutable, inLoop: false, isAsync: false, depth: 3 }, body)
        const given = this.#item(scope)
        lines.push(tape.next(2) ? `function ${name}(${parameter}) { ${body.join('; ')} }` : `const ${name} = (${parameter}) => { ${body.join('; ')} }`)
        lines.push(tape.pick([`${name}(${given})`, `p.soon(() => ${name}(${given}))`, `${this.#list(scope)}.forEach(${name})`, `if (p.flip()) ${name}(${given})`]))
        return scope
      }
      case 18: {
        const name = this.#name()
        lines.push(`let ${name}${tape.pick(['', ` = ${this.#item(scope)}`])}`)
        return { ...scope, items: [...scope.items, name], mutable: [...scope.mutable, name] }
      }
      case 19: {
        if (scope.mutable.length > 0) lines.push(`${tape.next(3) ? '' : 'if (p.flip()) '}${tape.pick(scope.mutable)} = ${this.#item(scope)}`)
        return scope
      }
      case 20: {
        const name = this.#name()
        lines.push(`switch (${tape.next(3)}) { case 0: ${this.#change(this.#item(scope))}; case 1: { const ${name} = ${this.#item(scope)}; ${this.#change(name)}; ${scope.inLoop ? 'continue' : 'break'} } default: ${this.#change(this.#item(scope))} }`)
        return scope
      }
      case 21: {
        const name = this.#name()
        const list = this.#list(scope)
        const heads = [`for (let i = 0; i < 4 && ${list}.length > 2; i++) { const ${name} = ${list}.${tape.pick(['shift', 'pop'])}()`, `for (let i = 0; i < ${list}.length && i < 6; i++) { const ${name} = ${list}[i]`, `for (let i = 0; i < ${list}.length && i < 5; i++) { let ${name} = ${list}[i]`]
        const body: string[] = []
        this.statement({ ...scope, items: [...scope.items, name], inLoop: true, depth: 3 }, body)
        lines.push(`${tape.pick(heads)}; ${this.#change(name)}`, ...body, '}')
        return scope
      }
      case 22: {
        const name = this.#name()
        const [one, other] = [this.#item(scope), this.#item(scope)]
        lines.push(...tape.pick([
          [`const ${name} = { item: ${one}, others: [${other}] }`, `${name}.item.n += 2`, `for (const other of ${name}.others) other.n--`],
          [`const ${name} = [${one}, ${other}]`, `${name}.forEach((each) => { each.n += 1 })`, `${name}.push(1)`],
          [`const ${name} = []`, `for (const each of ${this.#list(scope)}) if (p.flip()) ${name}.push(each)`, `for (const each of ${name}) ${this.#change('each')}`],
          [`const ${name} = new Map()`, `${name}.set('k', ${one})`, `${name}.get('k').n += 3`, `${name}.delete('k')`],
          [`const ${name} = {}`, `${name}.part = ${one}`, `${name}.part.n += 3`, `${name}.part = 4`],
          [`const ${name} = new Store()`, `${name}.${tape.pick(['apply(', 'call(\'k\', ', 'bind('])}${one})`, `${name}.${tape.pick(['apply(', 'call(\'k\', ', 'bind('])}${other})`, `${name}.note(1)`, `${name}.bumpAll()`, `if (${name}.first) ${name}.first.n += 2`],
          [`const ${name} = new Store().apply(${one}).apply(${other})`, `for (const each of ${this.#list(scope)}) ${name}.apply(each)`, tape.pick([`${name}.bumpAll()`, `for (const each of ${name}.list) each.n++`, `const { first: ${name}f } = ${name}; ${name}f.n -= 2`])],
          [`const ${name} = []`, `collect(${this.#list(scope)}, ${name})`, `for (const each of ${name}) each.n += 2`],
          ['keeper.list = []', `keeper.apply(${one})`, `keeper.apply(${other}).bumpAll()`],
          // Functions that are called when others run.
          [`const ${name} = new Jobs()`, `${name}.add(() => { ${this.#change(one)} })`, `${name}.add(() => { ${this.#change(other)} }).run()`],
          [`new Jobs().work(() => { ${this.#change(one)} })`, `const ${name} = [() => { ${this.#change(one)} }]`, tape.pick([`for (const each of ${name}) each()`, `${name}[0]()`, `${name}.forEach((each) => each())`])],
          [`const ${name} = { do: () => { ${this.#change(one)} }, other() { ${this.#change(other)} } }`, `${name}.do()`, `${name}.other()`],
          [`const ${name} = within(() => { ${this.#change(one)} })`, `${name}()`, `${name}()`],
          [`const ${name} = ${this.#list(scope)}`, `const push${name} = ${name}.push.bind(${name})`, `if (${name}.length < 5) push${name}({ id: 3, n: 0 })`],
          [`const ${name} = { item: ${one}, own: [] }`, `${name}.own.push({ n: 1 })`, `${name}.own[0].n++`, ...(tape.next(2) ? [`${name}.item.n += 2`] : [])],
          [`const ${name} = { item: ${one}, own: undefined }`, tape.pick([`${name}.own = ${name}.item`, `const ${name}b = ${name}; ${name}b.own = ${other}`, `moveIn(${name})`, `Object.assign(${name}, { own: ${name}.item })`, `for (const each of [${name}]) each.own = ${other}`]), `${name}.own.n += 4`],
          [`const ${name} = { own: { n: 0 }, ...{ item: ${one}, own: ${other} }, item: { n: 3 } }`, `${name}.item.n++`, ...(tape.next(2) ? [`${name}.own.n += 5`] : [])],
          [`const ${name} = new Box(${one})`, tape.pick([`${name}.move()`, `moveIn(${name})`, `${name}.own = ${name}.first`, `${name}.own = { n: 0 }`]), `${name}.own.n += 2`, `${name}.first.n += 3`],
          [`const ${name} = ${this.#list(scope)}.map((item) => ({ item, own: { n: 0 } }))`, `for (const { own, item } of ${name}) { own.n++; ${tape.pick(['item.n += 2', 'own.n++'])} }`],
          [`const ${name}k = ${one}`, `const ${name} = new Map([[0, { n: 0 }]])`, `${name}.set(${name}k, { n: 0 })`, `${name}.get(${name}k).n += 1`, ...(tape.next(2) ? [`for (const each of ${name}.keys()) if (each) each.n += 6`] : [])],
          [`const ${name} = boxOf(${one})`, `${name}.own.n++`, tape.pick([`${name}.item.n++`, `boxOf(${name}.item).item.n++`, `${name}.own = ${name}.item; ${name}.own.n += 3`])],
        ]))
        return scope
      }
      case 23: {
        if (scope.mutable.length === 0) return scope
        const name = tape.pick(scope.mutable)
        lines.push(tape.pick([
          `${this.#list(scope)}.forEach((each) => { ${name} = each })`, `for (${name} of ${this.#list(scope)}) ${name}.n += 1`, `for (const each of ${this.#list(scope)}) { if (p.flip()) ${name} = each }`,
          `;({ lid: ${name} } = this.box)`, `;[${name}] = ${this.#list(scope)}`, `${name} ??= ${this.#item(scope)}`,
        ]), this.#change(name))
        return scope
      }
      case 24: {
        const [first, second] = [this.#name(), this.#name()]
        lines.push(`const { items: [${first}, ${second} = {}], ...rest${first} } = this.box`, this.#change(second), this.#change(`rest${first}.lid`))
        return { ...scope, items: [...scope.items, first, second] }
      }
      case 25: {
        const [outer, inner] = [this.#name(), this.#name()]
        const body: string[] = []
        this.statement({ ...scope, items: [...scope.items, outer, inner], depth: 3 }, body)
        lines.push(`${outer}l: for (const ${outer} of ${this.#list(scope)}) {`, this.#change(outer), `for (const ${inner} of this.map.values()) {`, this.#change(inner), ...body,
          `if (p.flip()) ${tape.pick(['continue', 'break'])} ${outer}l`, '}', '}')
        return scope
      }
      case 26: {
        const name = this.#name()
        lines.push(`const ${name} = () => ${this.#item(scope)}`, this.#change(`${name}()`))
        return scope
      }
      case 27: case 28: {
        // One's own from the start: part of the attribute once that has taken it in.
        const name = this.#name()
        const list = this.#list(scope)
        lines.push(`const ${name} = ${tape.next(2) ? 'new Pet' : ''}({ id: ${20 + tape.next(9)}, n: 0 }${''})`.replace(/new Pet\(\{ id: (\d+), n: 0 \}\)/, 'new Pet($1)'), ...(tape.next(2) ? [this.#change(name)] : []), tape.pick([
          `if (${list}.length < 6) ${list}.push(${name})`, `if (${list}.length < 6) ${list}.unshift(${name})`, `${list}[0] = ${name}`, `${list}.splice(0, 1, ${name})`, `this.map.set('d', ${name})`, `this.box.lid = ${name}`, `this.bin.part = ${name}`, `if (${list}.length < 6) this.addTo(${list}, 3).push(${name})`,
        ]))
        return { ...scope, items: [...scope.items, name] }
      }
      case 29: {
        // One's own for good: the attribute has a copy. Of a change by what only holds it nothing is said.
        const name = this.#name()
        const change = this.#change(name)
        const given = tape.pick([`this.one = ${name}`, `this.list = [${name}, { id: 30, n: 0 }]`, `this.bin = { part: ${name} }`, `this.box = { lid: ${name}, items: [], nums: [] }`, `this.box.items = [${name}]`])
        const isKept = !given.startsWith('this.one')
        lines.push(`const ${name} = { id: ${20 + tape.next(9)}, n: 0 }`, given, ...(scope.isAsync && tape.next(3) === 0 ? ['await p.tick()'] : []), change.includes('new Holder') ? `${name}.n++` : change, ...(isKept && tape.next(2) ? [given] : []))
        return scope
      }
      default: {
        const item = this.#item(scope)
        if (scope.items.includes(item)) lines.push(`p.keep(this.readOf(${item}))`, `${this.#change(item)}`)
        return scope
      }
    }
  }

  #block(head: string, scope: Scope, lines: string[], tail = '', changed?: string): void {
    // A loop that changes nothing goes over a snapshot, whatever its body adds.
    const body: string[] = changed === undefined ? [] : [this.#change(changed)]
    let within: Scope = { ...scope, depth: scope.depth + 1 }
    for (let count = 1 + this.#tape.next(3); count > 0; count--) within = this.statement(within, body)
    lines.push(`${head} {`, ...body, `}${tail}`)
  }

  #takeItem(scope: Scope, lines: string[]): Scope {
    const name = this.#name()
    const form = this.#tape.next(7)
    if (form === 0) lines.push(`const [${name}] = ${this.#list(scope)}`)
    else if (form === 1) lines.push(`const { lid: ${name} } = this.box`)
    else if (form === 2) lines.push(`const { one: ${name} } = this`)
    else if (form === 6) lines.push(`const { at: ${name} } = this.two`)
    else if (form === 5) lines.push(`const [${name}] = some(${this.#list(scope)})`)
    else lines.push(`const ${name} = ${this.#item(scope)}`)
    return { ...scope, items: [...scope.items, name] }
  }

  #takeList(scope: Scope, lines: string[]): Scope {
    const name = this.#name()
    const list = this.#list(scope)
    lines.push(`const ${name} = ${this.#tape.pick([list, list, `${list}.slice()`, `[...${list}]`, `${list}.filter(({ id }) => id > 4)`, `this.addTo(${list}, 20)`])}`)
    return { ...scope, lists: [...scope.lists, name] }
  }

  #change(item: string): string {
    const by = 1 + this.#tape.next(5)
    return this.#tape.pick([
      `if (${item}) ${item}.n += ${by}`, `${item}.n++`, `${item}.n *= 2`, `if (${item}) Object.assign(${item}, { n: ${by} })`, `this.bump(${item})`, `grow(${item}, ${by})`,
      `[${item}.n] = [${by}]`, `delete ${item}.n`, `${item}.n ||= ${by}`, `this.bumpAll([${item}])`, `(() => { ${item}.n = ${by} })()`,
      `tools.add(${item}, ${by})`, `tools['inner'].clear(${item})`, `adder.add(${item}, ${by})`, `new Doubler().add(${item}, ${by})`, `new Holder(${item}).bump()`, `addTo.call(${item}, ${by})`,
      `${item} instanceof Pet ? ${item}.grow(${by}) : tools.add(${item}, ${by})`, `if (${item} instanceof Pet) ${item}.grow(${by}).grow(1)`, `new Pet(45).meet(${item})`, `if (${item} instanceof Pet) { ${item}.meet(this.pet); ${item}.friends.push(${by}) }`,
      `if (${item}) for (const deed of deeds) deed(${item})`, `if (${item}) deeds.forEach((deed) => deed(${item}))`, `if (${item}) deeds[${by % 3}](${item})`, `acts[['one', 'two', 'three'][${by % 3}]](${item})`, `byName.get('one')(${item})`,
      `addBy(${by})(${item})`, `{ const own = driver(); own.drive(${item}); own.stop(${item}) }`, `for (const [, act] of byName) act(${item})`, `Object.values(acts).forEach((act) => act(${item}))`, `{ const act = acts.two; act(${item}) }`, `{ const add = tools.add.bind(tools, ${item}); add(${by}) }`, `new Jobs().add(() => { ${item}.n += ${by} }).run()`,
      `{ const { add } = tools; add(${item}, ${by}) }`, `{ const held = new Holder(${item}); held.bump() }`, `{ const held = new Holders(${item}); held.hold(${item}).bumpAll() }`,
    ]).replace(/^(?=[[({])/, ';')
  }

  #item(scope: Scope): string {
    const tape = this.#tape
    if (scope.items.length > 0 && tape.next(4) > 0) return tape.pick(scope.items)
    return tape.pick([
      'this.one', 'this.two.at', 'this.two.to', 'this.pet', 'this.kids[0]', 'this.kids.at(-1)', '[...this.bag][1]', 'this.kids.find(({ n }) => n >= 0)', 'this.box.lid', 'this.firstItem()', 'this.itemOf(4)', 'this.lid', 'this.allItems()[1]', 'this.map.get(\'a\')', `${this.#list(scope)}[0]`, `${this.#list(scope)}.at(-1)`, `${this.#list(scope)}.find(({ id }) => id > 3)`,
      `(p.flip() ? this.one : this.box.lid)`, `firstOf(${this.#list(scope)})`, `this.pickOf(${this.#list(scope)})`, `(this.map.get('b') ?? this.one)`,
      `${this.#list(scope)}.reduce((best, item) => (item.id > best.id ? item : best))`,
    ])
  }

  #list(scope: Scope): string {
    if (scope.lists.length > 0 && this.#tape.next(3) > 0) return this.#tape.pick(scope.lists)
    return this.#tape.pick(['this.list', 'this.box.items', 'this.kids'])
  }

  #name(): string {
    return `v${this.#names++}`
  }
}
