// Bodies of split tasks, made at random. oracle-printer.ts prints each twice: as a task with its marker, and as the plain method that
// it must behave like.
import * as fc from 'fast-check'
import { MARKER_FORMS, type MarkerForm, STEP_FORMS, type StepForm } from './oracle-seam.ts'

export interface Program {
  readonly async: boolean
  readonly semicolons: boolean
  readonly crlf: boolean
  readonly marker: MarkerForm
  readonly step: StepForm
  /** How many declarations of the loop stand above its step. */
  readonly stepAfter: number
  /** The last statement stands right before the brace of the body. */
  readonly tight: boolean
  readonly setup: readonly Statement[]
  readonly loop: readonly Statement[]
}

export type Expression =
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'name'; readonly pick: number }
  | { readonly is: 'sum' | 'comma' | 'either'; readonly left: Expression; readonly right: Expression }
  | { readonly is: 'choice'; readonly when: Condition; readonly yes: Expression; readonly no: Expression }
  | { readonly is: 'arrow'; readonly form: number; readonly value: Expression }
  | { readonly is: 'await' | 'template' | 'object' | 'member' | 'assigned'; readonly form: number; readonly value: Expression }
  | { readonly is: 'attribute'; readonly form: number; readonly value: Expression }
  | { readonly is: 'call'; readonly pick: number; readonly value: Expression }
  | { readonly is: 'iteration' | 'arguments' }

export type Condition = { readonly is: 'at'; readonly of: number; readonly rest: number } | { readonly is: 'flip' } | { readonly is: 'more'; readonly value: Expression }

export type Statement =
  | { readonly is: 'record'; readonly value: Expression }
  | { readonly is: 'declare'; readonly kind: 'let' | 'const' | 'var'; readonly shadows: boolean; readonly pick: number; readonly value: Expression | undefined }
  | { readonly is: 'destructure'; readonly kind: 'let' | 'const' | 'var'; readonly form: number; readonly first: Expression; readonly second: Expression }
  | { readonly is: 'assign'; readonly pick: number; readonly form: number; readonly value: Expression }
  | { readonly is: 'function'; readonly flavour: Flavour; readonly hoisted: boolean; readonly body: readonly Statement[]; readonly result: Expression }
  | { readonly is: 'class'; readonly form: number; readonly value: Expression; readonly body: readonly Statement[] }
  | { readonly is: 'use'; readonly pick: number; readonly value: Expression }
  | { readonly is: 'block'; readonly body: readonly Statement[] }
  | { readonly is: 'if'; readonly form: number; readonly when: Condition; readonly yes: readonly Statement[]; readonly no: readonly Statement[] }
  | { readonly is: 'loop'; readonly form: number; readonly labelled: boolean; readonly body: readonly Statement[] }
  | { readonly is: 'jump'; readonly kind: 'break' | 'continue'; readonly outward: number; readonly when: Condition }
  | { readonly is: 'switch'; readonly value: Expression; readonly cases: readonly (readonly Statement[])[]; readonly falls: boolean }
  | { readonly is: 'try'; readonly form: number; readonly body: readonly Statement[]; readonly handler: readonly Statement[]; readonly last: readonly Statement[] }
  | { readonly is: 'return'; readonly form: number; readonly when: Condition | undefined; readonly value: Expression | undefined; readonly otherwise: Statement | undefined }
  | { readonly is: 'throw'; readonly when: Condition; readonly wrapped: boolean }
  | { readonly is: 'text'; readonly form: number; readonly value: Expression }

const FLAVOURS = ['plain', 'async', 'generator', 'async generator', 'arrow', 'async arrow', 'expression'] as const
export type Flavour = (typeof FLAVOURS)[number]

// --- making them ---

const form = fc.nat({ max: 11 })
const pick = fc.nat({ max: 20 })
const kind = fc.constantFrom('let', 'const', 'var')

const { expression, statement } = fc.letrec<{ expression: Expression; condition: Condition; statement: Statement }>((tie) => {
  const value = tie('expression')
  const when = tie('condition')
  const some = (maxLength: number): fc.Arbitrary<Statement[]> => fc.array(tie('statement'), { maxLength, depthIdentifier: 'statement' })
  return {
    expression: fc.oneof({ maxDepth: 3, depthSize: 'small', depthIdentifier: 'expression' },
      fc.record({ is: fc.constant('number' as const), value: fc.nat({ max: 9 }) }),
      { weight: 3, arbitrary: fc.record({ is: fc.constant('name' as const), pick }) },
      fc.record({ is: fc.constantFrom('iteration' as const, 'arguments' as const) }),
      fc.record({ is: fc.constantFrom('sum' as const, 'comma' as const, 'either' as const), left: value, right: value }),
      fc.record({ is: fc.constant('choice' as const), when, yes: value, no: value }),
      fc.record({ is: fc.constant('arrow' as const), form, value }),
      { weight: 2, arbitrary: fc.record({ is: fc.constantFrom('await' as const, 'template' as const, 'object' as const, 'member' as const, 'assigned' as const), form, value }) },
      fc.record({ is: fc.constant('attribute' as const), form, value }),
      fc.record({ is: fc.constant('call' as const), pick, value })),
    condition: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 2, max: 3 }).chain((of) => fc.record({ is: fc.constant('at' as const), of: fc.constant(of), rest: fc.nat({ max: of - 1 }) })) },
      fc.record({ is: fc.constant('flip' as const) }),
      fc.record({ is: fc.constant('more' as const), value })),
    statement: fc.oneof({ maxDepth: 3, depthSize: 'medium', depthIdentifier: 'statement' },
      { weight: 3, arbitrary: fc.record({ is: fc.constant('record' as const), value }) },
      { weight: 4, arbitrary: fc.record({ is: fc.constant('declare' as const), kind, shadows: fc.boolean(), pick, value: fc.option(value, { nil: undefined, freq: 4 }) }) },
      { weight: 3, arbitrary: fc.record({ is: fc.constant('assign' as const), pick, form, value }) },
      { weight: 2, arbitrary: fc.record({ is: fc.constant('destructure' as const), kind, form, first: value, second: value }) },
      { weight: 3, arbitrary: fc.record({ is: fc.constant('use' as const), pick, value }) },
      { weight: 2, arbitrary: fc.record({ is: fc.constant('text' as const), form, value }) },
      { weight: 1, arbitrary: fc.record({ is: fc.constant('throw' as const), when, wrapped: fc.boolean() }) },
      { weight: 3, arbitrary: fc.record({
        is: fc.constant('return' as const), form, when: fc.option(when, { nil: undefined, freq: 8 }), value: fc.option(value, { nil: undefined }), otherwise: fc.option(tie('statement'), { nil: undefined }),
      }) },
      { weight: 1, arbitrary: fc.record({ is: fc.constant('jump' as const), kind: fc.constantFrom('break' as const, 'continue' as const), outward: fc.nat({ max: 2 }), when }) },
      { weight: 4, arbitrary: fc.record({ is: fc.constant('function' as const), flavour: fc.constantFrom(...FLAVOURS), hoisted: fc.boolean(), body: some(3), result: value }) },
      { weight: 1, arbitrary: fc.record({ is: fc.constant('class' as const), form, value, body: some(2) }) },
      { weight: 1, arbitrary: fc.record({ is: fc.constant('block' as const), body: some(3) }) },
      { weight: 3, arbitrary: fc.record({ is: fc.constant('if' as const), form, when, yes: some(3), no: some(2) }) },
      { weight: 2, arbitrary: fc.record({ is: fc.constant('loop' as const), form, labelled: fc.boolean(), body: some(3) }) },
      { weight: 1, arbitrary: fc.record({ is: fc.constant('switch' as const), value, cases: fc.array(some(2), { minLength: 1, maxLength: 3 }), falls: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ is: fc.constant('try' as const), form, body: some(3), handler: some(2), last: some(2) }) }),
  }
})

const hoisted = fc.record({
  is: fc.constant('function' as const), flavour: fc.constantFrom('plain', 'plain', 'async', 'generator', 'async generator'), hoisted: fc.constant(true),
  body: fc.array(statement, { maxLength: 2 }), result: expression,
}) as fc.Arbitrary<Statement>
const use = fc.record({ is: fc.constant('use' as const), pick, value: expression })

export const programs: fc.Arbitrary<Program> = fc.record({
  async: fc.boolean(),
  semicolons: fc.boolean(),
  crlf: fc.integer({ min: 0, max: 3 }).map((at) => at === 3),
  marker: fc.constantFrom(...MARKER_FORMS),
  step: fc.constantFrom(...STEP_FORMS),
  stepAfter: fc.nat({ max: 2 }),
  tight: fc.boolean(),
  setup: fc.array(fc.oneof({ weight: 6, arbitrary: statement }, { weight: 1, arbitrary: use }), { maxLength: 7, size: 'max' }),
  loop: fc.array(fc.oneof({ weight: 7, arbitrary: statement }, { weight: 1, arbitrary: hoisted }), { maxLength: 8, size: 'max' }),
})
