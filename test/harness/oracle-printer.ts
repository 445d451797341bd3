// Prints a body made at random, as a task and as a plain method. Names are chosen here, so that whatever was made is a program that can be read.
import type { Condition, Expression, Flavour, Program, Statement } from './oracle.ts'
import { markerText, stepText } from './oracle-seam.ts'
import { assigns, data, innerScope, lookup, type Place, type Scope, visible } from './oracle-names.ts'

export type Side = 'brain' | 'reference'

/** `task` names the probe that the body tells all to; `side` is what is printed. */
export function printProgram(program: Program, task: number, side: Side): string {
  return new Printer(program, task, side).method()
}

class Printer {
  readonly #program: Program
  readonly #probe: string
  readonly #task: number
  readonly #side: Side
  #made = 0
  #indent = 1
  #lines: string[] = []

  constructor(program: Program, task: number, side: Side) {
    this.#program = program
    this.#task = task
    this.#probe = `p${task}`
    this.#side = side
  }

  method(): string {
    const { async, crlf } = this.#program
    const scope: Scope = { ...innerScope(undefined), top: true }
    scope.names.set('first', data(true, 0)).set('second', data(true, 0)).set('others', data(false, 0))
    const place: Place = { scope, awaits: async, yields: false, part: 'setup', method: true, calls: true, tries: false, exits: [] }
    this.#forward(scope)
    this.#add(`${async ? 'async ' : ''}t${this.#task}(first = 1, { second = 2, ...others } = { second: 3, fourth: 4 }) {`)
    this.#within(() => {
      for (const statement of this.#program.setup) this.#statement(statement, place)
      this.#loop({ ...place, part: 'loop', scope: { ...innerScope(scope), owner: 0, top: true } })
    })
    if (this.#program.tight && this.#side === 'brain' && !this.#lines.at(-1)!.includes('//')) this.#lines.push(`${this.#lines.pop()!}}`)
    else this.#add('}')
    const text = this.#lines.join('\n')
    return crlf ? text.replaceAll('\n', '\r\n') : text
  }

  /** What the setup knows of the loop: its functions, where nothing of the loop alone stands in them, and its `var`. */
  #forward(scope: Scope): void {
    this.#program.loop.forEach((statement, index) => {
      if (statement.is === 'function' && isDeclared(statement.flavour) && statement.hoisted) scope.names.set(`h${index}`, { is: 'callable', flavour: statement.flavour })
      if (statement.is === 'declare' && statement.kind === 'var' && !statement.shadows) scope.names.set(`w${index}`, data(true, 0, true))
    })
  }

  #loop(place: Place): void {
    const { loop, stepAfter } = this.#program
    const bodies = loop.map((statement, index) => this.#apart(() => this.#within(() => this.#loopStatement(statement, index, place))))
    const isHoisted = (statement: Statement): boolean => statement.is === 'function' && isDeclared(statement.flavour) && statement.hoisted
    const isDeclaration = (statement: Statement): boolean => statement.is === 'function' || (statement.is === 'declare' && statement.value === undefined) || isHoisted(statement)
    const before = loop.findIndex((statement, index) => index >= stepAfter || !isDeclaration(statement))
    const stepAt = before === -1 ? Math.min(stepAfter, loop.length) : before
    const step = this.#apart(() => this.#within(() => this.#step()))
    if (this.#side === 'brain') {
      this.#marker()
      const lines = [...bodies.slice(0, stepAt), step, ...bodies.slice(stepAt)].flat()
      if (this.#program.marker === 'inline' || this.#program.marker === 'between') {
        const marker = this.#lines.pop()!
        lines[0] = `${marker} ${lines[0]!.trim()}`
        const last = this.#lines.at(-1)!
        if (this.#program.marker === 'between' && !last.trim().startsWith('//') && /[;{]$/.test(last)) lines[0] = `${this.#lines.pop()!} ${lines[0].trim()}`
      }
      this.#lines.push(...lines)
      return
    }
    loop.forEach((statement, index) => void (isHoisted(statement) && this.#lines.push(...bodies[index]!)))
    this.#add(`for (let $i = 0; $i < ${this.#probe}.iterations; $i++) {`)
    this.#add('let $result; try { ref: {')
    const kept = bodies.map((lines, index) => (isHoisted(loop[index]!) ? [] : lines))
    this.#lines.push(...[...kept.slice(0, stepAt), step, ...kept.slice(stepAt)].flat())
    // What an async function returns is waited for where no `try` of its body sees it.
    this.#add(this.#program.async ? '} await $result' : '}')
    this.#add(`} catch ($thrown) { ${this.#probe}.threw($thrown) }`)
    this.#add('}')
  }

  #loopStatement(statement: Statement, index: number, place: Place): void {
    if (statement.is === 'function' && isDeclared(statement.flavour) && statement.hoisted) {
      return this.#function(statement, { ...place, scope: place.scope.parent! }, `h${index}`)
    }
    if (statement.is === 'declare' && statement.kind === 'var' && !statement.shadows) {
      return this.#end(`var w${index}${statement.value ? ` = ${this.#value(statement.value, place)}` : ''}`)
    }
    this.#statement(statement, place)
  }

  #marker(): void {
    const { marker } = this.#program
    if (marker === 'statement') return this.#end('Brain.loop()')
    const last = this.#lines.at(-1)!
    if (marker !== 'trailing' || last.trim().startsWith('//')) return this.#add(markerText(marker))
    this.#lines.splice(-1, 1, `${last} ${markerText(marker)}`)
  }

  /** Counts iterations, and ends the task after the last. */
  #step(): void {
    const { step } = this.#program
    const text = stepText(step, `${this.#probe}.step()`, `this.tasks.t${this.#task}.cancel()`)
    if (text.endsWith('}')) this.#add(text)
    else this.#end(text)
  }

  // --- statements ---

  #statements(body: readonly Statement[], place: Place): void {
    this.#within(() => {
      const inner = { ...place, scope: innerScope(place.scope) }
      for (const statement of body) this.#statement(statement, inner)
    })
  }

  #statement(statement: Statement, place: Place): void {
    const { scope } = place
    switch (statement.is) {
      case 'record': return this.#end(this.#record(this.#value(statement.value, place)))
      case 'declare': return this.#declare(statement, place)
      case 'destructure': return this.#destructure(statement, place)
      case 'assign': return this.#assign(statement, place)
      case 'function': return this.#function(statement, place)
      case 'class': return this.#class(statement, place)
      case 'use': {
        const called = this.#called(statement.pick, this.#value(statement.value, place), place)
        return called === undefined ? undefined : this.#end(this.#record(called))
      }
      case 'block': {
        this.#add('{')
        this.#statements(statement.body, place)
        return this.#add('}')
      }
      case 'if': {
        this.#add(`if (${this.#condition(statement.when, place)}) {`)
        this.#statements(statement.yes, place)
        if (statement.form % 3 === 0) {
          this.#add('} else {')
          this.#statements(statement.no, place)
        }
        return this.#add('}')
      }
      case 'loop': return this.#repeat(statement, place)
      case 'jump': {
        const reachable = place.exits.filter((exit, index) => (statement.kind === 'break' || exit.repeats) && (index === 0 || exit.label !== undefined))
        const exit = reachable[statement.outward % Math.max(1, reachable.length)]
        if (!exit) return
        const isPlain = exit === place.exits[0] && exit.label === undefined
        return this.#end(`if (${this.#condition(statement.when, place)}) ${statement.kind}${isPlain ? '' : ` ${exit.label}`}`)
      }
      case 'switch': {
        this.#add(`switch (${this.#value(statement.value, place)} % ${statement.cases.length + 1}) {`)
        const inner = { ...place, scope: innerScope(scope), exits: [{ label: undefined, repeats: false }, ...place.exits] }
        statement.cases.forEach((body, index) => {
          this.#add(index === statement.cases.length - 1 ? 'default:' : `case ${index}:`)
          this.#within(() => {
            // esbuild declares a function where it stands in a case, so that other cases may not find it.
            for (const each of body) if (each.is !== 'function') this.#statement(each, inner)
            if (!statement.falls) this.#end('break')
          })
        })
        return this.#add('}')
      }
      case 'try': return this.#try(statement, place)
      case 'return': return this.#return(statement, place)
      case 'throw': {
        const error = `new Error(${this.#probe}.name(${this.#id()})${statement.wrapped ? ", { cause: 'why' }" : ''})`
        return this.#end(`if (${this.#condition(statement.when, place)}) throw ${error}`)
      }
      case 'text': return this.#text(statement, place)
    }
  }

  #declare({ kind, shadows, pick, value }: Statement & { is: 'declare' }, place: Place): void {
    const { scope } = place
    let name = this.#fresh('v')
    if (shadows && kind === 'var') {
      const old = visible(place.scope).filter(([, known]) => known.is === 'data' && known.isVar && known.owner === scope.owner)
      if (old.length > 0) name = old[pick % old.length]![0]
      for (let at: Scope | undefined = scope; at && at.owner === scope.owner; at = at.parent) at.taken.add(name)
    } else if (shadows && !scope.top) {
      const old = visible(place.scope).filter(([each]) => !scope.names.has(each) && !scope.taken.has(each))
      if (old.length > 0) name = old[pick % old.length]![0]
    }
    const text = value ? this.#value(value, place) : '0'
    const shown = kind === 'const' && scope.assigned.has(name) ? 'let' : kind
    if (!(shadows && kind === 'var' && lookup(name, scope))) scope.names.set(name, data(kind !== 'const', scope.owner, kind === 'var'))
    this.#end(`${shown} ${name}${this.#typed(': any')}${value || kind === 'const' ? ` = ${text}` : ''}`)
  }

  #destructure({ kind, form, first, second }: Statement & { is: 'destructure' }, place: Place): void {
    const [a, b, rest] = [this.#fresh('d'), this.#fresh('d'), this.#fresh('r')]
    const one = this.#value(first, place)
    const two = this.#value(second, place)
    const add = (name: string): void => void place.scope.names.set(name, data(kind !== 'const', place.scope.owner, kind === 'var'))
    if (form % 2 === 0) {
      this.#end(`${kind} { ${a}, inner: { ${b} = ${two} } = {}, ...${rest} }${this.#typed(': Record<string, any>')} = { ${a}: ${one}, also: 1, then: ${form} }`)
    } else this.#end(`${kind} [${a} = ${two}, , ${b} = 5, ...${rest}] = [${form % 3 === 0 ? 'undefined' : one}, 2, ${one}, 3, 4]`)
    add(a)
    add(b)
    this.#end(this.#record(rest))
  }

  #assign({ pick, form, value }: Statement & { is: 'assign' }, place: Place): void {
    const targets = visible(place.scope).filter(([, known]) => known.is === 'data' && known.writable).map(([name]) => name)
    const target = targets[pick % Math.max(1, targets.length)]
    if (target === undefined) return
    const other = form % 5 === 3 ? targets[(pick + form) % targets.length]! : target
    assigns(place.scope, target)
    assigns(place.scope, other)
    const from = this.#value(value, place)
    switch (form % 5) {
      case 0: return this.#end(`${target} = ${from}`)
      case 1: return this.#end(`${target} -= ${from}`)
      case 2: return this.#end(`${target}++`)
      case 3: return this.#end(`;[${target}, ${other}] = [${other}, ${from}]`)
      // Without its semicolon TypeScript takes it, before a block, for the parameters of an arrow function.
      default: return this.#add(`;({ ${target} = ${from} } = { other: ${form} });`)
    }
  }

  #function({ flavour, body, result }: Statement & { is: 'function' }, place: Place, hoistedName?: string): void {
    const name = hoistedName ?? this.#fresh('f')
    const keeps = flavour === 'arrow' || flavour === 'async arrow'
    const isAsync = flavour.startsWith('async')
    const scope: Scope = { ...innerScope(place.scope), owner: this.#made }
    const parameter = this.#fresh('q')
    scope.names.set(parameter, data(true, scope.owner))
    const inner: Place = { scope, awaits: isAsync, yields: flavour.endsWith('generator'), part: 'function', method: keeps && place.method, calls: true, tries: false, exits: [] }
    const head = {
      plain: `function ${name}(${parameter} = 6) {`,
      async: `async function ${name}(${parameter}) {`,
      generator: `function* ${name}(${parameter}) {`,
      'async generator': `async function* ${name}(${parameter}) {`,
      arrow: `const ${name} = (${parameter} = 7) => {`,
      'async arrow': `const ${name} = async (${parameter}) => {`,
      expression: `const ${name} = function ${name}(${parameter}) {`,
    }[flavour]
    this.#add(head)
    this.#within(() => {
      this.#end(`${this.#probe}.call()`)
      for (const statement of body) {
        if (inner.yields) this.#end(`yield ${this.#value(result, inner)}`)
        this.#statement(statement, inner)
      }
      this.#end(`return ${this.#value(result, inner)}`)
    })
    if (isDeclared(flavour)) this.#add('}')
    else this.#end('}')
    if (!hoistedName) place.scope.names.set(name, { is: 'callable', flavour })
  }

  #class({ form, value, body }: Statement & { is: 'class' }, place: Place): void {
    const name = this.#fresh('K')
    const outside: Place = { ...place, scope: { ...innerScope(place.scope), owner: this.#made }, awaits: false, yields: false, part: 'function', method: false, exits: [] }
    this.#add(form % 3 === 0 ? `const ${name} = class {` : `class ${name} {`)
    this.#within(() => {
      this.#end(`static made = 0`)
      this.#end(`kept = ${this.#value(value, outside)}`)
      this.#add('// a run of it')
      this.#add('run(given) {')
      this.#within(() => {
        this.#end(`${this.#probe}.call()`)
        for (const statement of body) this.#statement(statement, { ...outside, scope: innerScope(outside.scope) })
        this.#end(`return this.kept + given + ${name}.made++`)
      })
      this.#add('}')
    })
    if (form % 3 === 0) this.#end('}')
    else this.#add('}')
    place.scope.names.set(name, { is: 'callable', flavour: 'class' })
  }

  #repeat({ form, labelled, body }: Statement & { is: 'loop' }, place: Place): void {
    const counter = this.#fresh('k')
    const label = labelled ? this.#fresh('outer') : undefined
    const scope = innerScope(place.scope)
    const inner = { ...place, scope, exits: [{ label, repeats: true }, ...place.exits] }
    const prefix = label ? `${label}: ` : ''
    if (form % 5 === 0) this.#end(`let ${counter} = 0`)
    if (form % 5 === 0) place.scope.names.set(counter, data(false, scope.owner))
    const heads = [
      `while (${counter}++ < 2) {`,
      `for (let ${counter} = 0; ${counter} < 2; ${counter}++) {`,
      `for (const ${counter} of [3, 4]) {`,
      `for (var ${counter} in { a: 1, b: 2 }) {`,
      place.awaits ? `for await (const ${counter} of [1, ${this.#probe}.later(2)]) {` : `for (const [${counter}] of [[1], [2]]) {`,
    ]
    this.#add(`${prefix}${heads[form % 5]}`)
    if (form % 5 !== 0) scope.names.set(counter, data(false, scope.owner))
    this.#statements(body, inner)
    this.#add('}')
  }

  #try({ form, body, handler, last }: Statement & { is: 'try' }, around: Place): void {
    const place = { ...around, tries: true }
    this.#add('try {')
    this.#statements(body, place)
    const error = this.#fresh('e')
    if (form % 4 !== 0) {
      this.#add(['', `} catch (${error}) {`, '} catch {', `} catch ({ message: ${error} }) {`][form % 4]!)
      if (form % 4 !== 2) this.#within(() => this.#end(this.#record(`${this.#probe}.of(${error})`)))
      this.#statements(handler, place)
      if (form === 5 || form === 9) this.#within(() => this.#end(`throw ${error}`))
    }
    if (form % 4 === 0 || form % 3 === 0) {
      this.#add('} finally {')
      this.#statements(last, place)
    }
    this.#add('}')
  }

  #return({ form, when, value, otherwise }: Statement & { is: 'return' }, place: Place): void {
    // Nothing after it would ever run at the top of the setup, and of the loop.
    const always = when ?? (place.scope.top ? ({ is: 'at', of: 2, rest: 1 } as const) : undefined)
    const text = value ? this.#value(value, place) : undefined
    const shown = text === undefined ? undefined : [text, `0, ${text}`, `/* back */ ${text}`, `[${text}, 1]${this.#typed(' as const')}`, `{ a: ${text}${this.#typed(' as any')} }`, `(0,\n${text} // so\n)`][form % 6]!
    // An async function may return a promise: what waits for that stands outside of its body.
    const promised = this.#program.async && (place.part === 'loop' || !place.tries) && place.part !== 'function' && form > 8 && text !== undefined
    const leaves = this.#leave(promised ? [`${this.#probe}.fails(${this.#id()})`, `${this.#probe}.later(${text})`, `${text}, ${this.#probe}.fails(${this.#id()})`][form % 3]! : shown, place)
    if (!always) return this.#add(leaves)
    const test = `if (${this.#condition(always, place)})`
    if (!otherwise || otherwise.is === 'function' || otherwise.is === 'class') {
      if (form % 3 === 0) return this.#add(`${test}\n${leaves}`)
      if (form % 3 === 1) return this.#add(`${test} { ${leaves} }`)
      return this.#add(`${test} ${leaves}`)
    }
    this.#add(`${test} ${leaves}`)
    this.#add('else {')
    this.#statements([otherwise], place)
    this.#add('}')
  }

  #leave(value: string | undefined, { part }: Place): string {
    const end = this.#program.semicolons ? ';' : ''
    if (part !== 'loop' || this.#side === 'brain') return `return${value === undefined ? '' : ` ${value}`}${end}`
    return `{ $result = ${value === undefined ? 'undefined' : `(${value}\n)`}; break ref }`
  }

  #text({ form, value }: Statement & { is: 'text' }, place: Place): void {
    const shown = this.#value(value, place)
    const texts = [
      () => this.#end(this.#record(`\`// ---Loop---\${${shown}}\``)),
      () => this.#end(this.#record(`\`\n// ---Loop---\n\${${shown}}/* ---Loop--- */\``)),
      () => this.#end(this.#record("'// ---Loop---'")),
      () => this.#end(this.#record('/\\/\\/ ---Loop---/.source')),
      () => this.#add('// ---Loop--- is further down'),
      () => this.#add('/* the ---Loop--- */'),
      () => this.#add('// --Loops--'),
      () => this.#add('// return; } catch {'),
      () => this.#end(this.#record(`${shown} /* return */`)),
      () => this.#add(';'),
      () => this.#end(this.#record('typeof $later')),
      () => this.#end(this.#record(`[${shown}, // one\n2, /* two */]`)),
    ]
    texts[form % texts.length]!()
  }

  // --- expressions ---

  #value(expression: Expression, place: Place): string {
    const { method, awaits } = place
    const probe = this.#probe
    switch (expression.is) {
      case 'number': return String(expression.value)
      case 'iteration': return `${probe}.i()`
      case 'arguments': return method ? 'arguments.length' : '8'
      case 'name': {
        const names = visible(place.scope).filter(([, known]) => known.is === 'data').map(([name]) => name)
        return names[expression.pick % Math.max(1, names.length)] ?? '9'
      }
      case 'sum': return `((${this.#value(expression.left, place)} + ${this.#value(expression.right, place)}) % 97)`
      case 'comma': return `(${this.#value(expression.left, place)}, ${this.#value(expression.right, place)})`
      case 'either': return `(${this.#value(expression.left, place)} || ${this.#value(expression.right, place)})`
      case 'choice': return `(${this.#condition(expression.when, place)} ? ${this.#value(expression.yes, place)} : ${this.#value(expression.no, place)})`
      case 'arrow': return this.#arrow(expression.form, expression.value, place)
      case 'await': {
        const value = this.#value(expression.value, place)
        if (!awaits) return value
        return `(await ${[`${probe}.later(${value})`, value, `(async () => ${value})()`][expression.form % 3]})`
      }
      case 'template': return `\`\${${this.#value(expression.value, place)}} it\`.length`
      case 'object': return `({ a: ${this.#value(expression.value, place)}, get b() { return 1 } }).a`
      case 'member': {
        const value = this.#value(expression.value, place)
        if (!method) return value
        return [`super.inherited(${value})`, `this.#own(${value})`, `this.given(${value})`][expression.form % 3]!
      }
      case 'assigned': {
        const targets = visible(place.scope).filter(([, known]) => known.is === 'data' && known.writable).map(([name]) => name)
        const target = targets[expression.form % Math.max(1, targets.length)]
        if (target !== undefined) assigns(place.scope, target)
        const value = this.#value(expression.value, place)
        // In parentheses, and before a block, TypeScript would take it for the parameters of an arrow function.
        return target === undefined ? value : `[${target} = ${value}][0]`
      }
      case 'attribute': return this.#attribute(expression.form, expression.value, place)
      case 'call': {
        const value = this.#value(expression.value, place)
        return this.#called(expression.pick, value, place) ?? value
      }
    }
  }

  #arrow(form: number, value: Expression, place: Place): string {
    const inner: Place = { ...place, awaits: false, yields: false, part: 'function', exits: [] }
    switch (form % 4) {
      case 0: return `(() => ${this.#value(value, inner)})()`
      case 1: return `(() => { return ${this.#value(value, inner)} })()`
      case 2: return place.method ? `((a) => a + arguments.length + this.base)(${this.#value(value, place)})` : this.#value(value, place)
      default: return `(function () { return ${this.#value(value, { ...inner, method: false })} })()`
    }
  }

  #attribute(form: number, value: Expression, place: Place): string {
    if (!place.method) return this.#value(value, place)
    const name = `this.n${this.#task}`
    const right = `${this.#probe}.number(${this.#value(value, { ...place, awaits: false, method: false, calls: false })})`
    return [name, `(${name} += ${right})`, `${name}++`, `++${name}`, `(${name} = ${name} + ${right})`, `(${name} = ${right})`, `this.l${this.#task}.push(${right})`, `this.l${this.#task}.length`][form % 8]!
  }

  #called(pick: number, value: string, place: Place): string | undefined {
    if (!place.calls) return undefined
    const callable = visible(place.scope).flatMap(([name, known]) => (known.is === 'callable' && (place.awaits || !known.flavour.startsWith('async')) ? [{ name, flavour: known.flavour }] : []))
    const chosen = callable[pick % Math.max(1, callable.length)]
    if (!chosen) return undefined
    const { name, flavour } = chosen
    switch (flavour) {
      case 'class': return `new ${name}().run(${value})`
      case 'generator': return `[...${name}(${value})].length`
      case 'async generator': return `(await ${this.#probe}.all(${name}(${value})))`
      case 'async': case 'async arrow': return `(await ${name}(${value}))`
      default: return `${name}(${value})`
    }
  }

  #condition(condition: Condition, place: Place): string {
    if (condition.is === 'at') return `${this.#probe}.i() % ${condition.of} === ${condition.rest}`
    if (condition.is === 'flip') return `${this.#probe}.flip()`
    return `${this.#value(condition.value, place)} > 3`
  }

  #record(value: string): string {
    return `${this.#probe}.record(${this.#id()}, ${value})`
  }

  // --- text and names ---

  #end(text: string): void {
    this.#add(this.#program.semicolons ? `${text};` : text)
  }

  #add(text: string): void {
    this.#lines.push(...text.split('\n').map((line) => `${'  '.repeat(this.#indent)}${line}`))
  }

  #within(print: () => void): void {
    this.#indent += 1
    print()
    this.#indent -= 1
  }

  /** What TypeScript alone reads. */
  #typed(text: string): string {
    return this.#side === 'brain' && this.#made % 3 === 0 ? text : ''
  }

  #apart(print: () => void): string[] {
    const before = this.#lines
    this.#lines = []
    print()
    const printed = this.#lines
    this.#lines = before
    return printed
  }

  #id(): number {
    return ++this.#made
  }

  #fresh(prefix: string): string {
    return `${prefix}${++this.#made}`
  }
}

function isDeclared(flavour: Flavour): boolean {
  return flavour === 'plain' || flavour === 'async' || flavour === 'generator' || flavour === 'async generator'
}
