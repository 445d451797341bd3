// In: a task's body and its marker. Out: edits that make the method a generator: the setup, then an endless loop that yields
// before each iteration. Locals, `this`, `super` and early returns keep their meaning, since nothing is moved out of the method.

import { ts } from 'ts-morph'
import { ownReturns } from '../1-parse/functions.ts'
import { declaredNames, hasModifier } from '../1-parse/imports.ts'
import { loopLocalInSetup } from '../diagnostics.ts'
import type { DiagnosticLog, SourceText } from '../log.ts'
import type { Edit } from '../model.ts'
import type { LoopMarker } from './marker.ts'
import { readScope } from './scope.ts'

export interface SplitContext {
  readonly task: string
  readonly source: SourceText
  readonly log: DiagnosticLog
  readonly prefix: string
}

export function splitEdits(method: ts.MethodDeclaration, marker: LoopMarker, context: SplitContext): Edit[] {
  const body = method.body!
  const { prefix } = context
  const setup = body.statements.slice(0, marker.firstLoopStatement).filter((statement) => statement.getStart() !== marker.start)
  const loop = body.statements.slice(marker.firstLoopStatement)
  const returns = loop.flatMap(ownReturns)
  const isAsync = hasModifier(method, ts.SyntaxKind.AsyncKeyword)
  const frame = returns.length === 0 ? plainFrame() : isAsync ? asyncFrame(prefix) : syncFrame(prefix)
  return [
    { kind: 'insert', at: method.name.getStart(), text: '*' },
    { kind: 'replace', start: marker.start, end: marker.end, text: `\n${frame.open}` },
    ...returns.flatMap((node) => insteadOfReturn(node, prefix, frame.leave)),
    ...movedFunctions(setup, loop, marker, context),
    // In the place of the brace: an insertion before it would go along with a function that ends there and moves up.
    { kind: 'replace', start: body.getEnd() - 1, end: body.getEnd(), text: `\n${frame.close} catch (${prefix}error) { ${prefix}.report(${prefix}error) }\n}\n}` },
  ]
}

// --- internal ---

/** What stands around the loop part, and how a `return` in it leaves. */
interface LoopFrame {
  readonly open: string
  readonly close: string
  readonly leave: string
}

function plainFrame(): LoopFrame {
  return { open: 'for (;;) {\nyield\ntry {', close: '}', leave: '' }
}

/** As an async function has it: what is returned is waited for outside of the user's own `try`. */
function asyncFrame(prefix: string): LoopFrame {
  return {
    open: `for (;;) {\nyield\ntry { let ${prefix}result; ${prefix}loop: {`,
    close: `} await ${prefix}.point(${prefix}result) }`,
    leave: `break ${prefix}loop`,
  }
}

/** What is returned goes to whoever steps the generator, as the result of a plain method does. */
function syncFrame(prefix: string): LoopFrame {
  return {
    open: `let ${prefix}result; ${prefix}loop: for (;;) {\nyield ${prefix}result\n${prefix}result = undefined\ntry {`,
    close: '}',
    leave: `continue ${prefix}loop`,
  }
}

/** A `return` in the loop ends the iteration. */
function insteadOfReturn(node: ts.ReturnStatement, prefix: string, leave: string): Edit[] {
  const end = node.getEnd()
  if (!node.expression) return [{ kind: 'replace', start: node.getStart(), end, text: `${leave};` }]
  const valueEnd = node.expression.getEnd()
  const tail = `); ${leave} }`
  return [
    { kind: 'replace', start: node.getStart(), end: node.expression.getStart(), text: `{ ${prefix}result = (` },
    valueEnd < end ? { kind: 'replace', start: valueEnd, end, text: tail } : { kind: 'insert', at: valueEnd, text: tail },
  ]
}

/**
 * A function declared below the marker is known above it, as in any body: it moves up. What a `let`, `const`, `class` below the marker
 * declares does not exist while the setup runs, nor for the functions made there.
 */
function movedFunctions(setup: readonly ts.Statement[], loop: readonly ts.Statement[], marker: LoopMarker, context: SplitContext): Edit[] {
  const functions = new Map(loop.filter(ts.isFunctionDeclaration).filter((node) => node.name).map((node) => [node.name!.text, node]))
  const locals = new Map(loop.filter((statement) => isBlockScoped(statement)).flatMap((statement) => declaredNames(statement).map((name) => [name, statement] as const)))
  const moved = new Set<ts.FunctionDeclaration>()
  const follow = (node: ts.Node, user: ts.Node): void => {
    for (const name of readScope(node).names) {
      const declaration = functions.get(name)
      if (declaration && !moved.has(declaration)) {
        moved.add(declaration)
        follow(declaration, user)
      }
      const local = locals.get(name)
      if (!local) continue
      const use = firstUse(node, name) ?? user
      context.log.add(loopLocalInSetup(context.task, name), { file: context.source, start: use.getStart(), end: use.getEnd() },
        [{ message: 'declared here', span: { file: context.source, start: local.getStart(), end: local.getEnd() } }])
    }
  }
  for (const statement of setup) follow(statement, statement)
  // A marker may trail a statement: what comes between the two begins a line of its own.
  const text = context.source.text
  const isTrailing = text.slice(text.lastIndexOf('\n', marker.start) + 1, marker.start).trim() !== ''
  return [...moved].flatMap((node, index) => [
    { kind: 'wrap', start: node.getStart(), end: node.getEnd(), open: isTrailing || index > 0 ? '\n' : '', close: '' } as const,
    { kind: 'move', start: node.getStart(), end: node.getEnd(), to: marker.start } as const,
  ])
}

function isBlockScoped(statement: ts.Statement): boolean {
  if (ts.isVariableStatement(statement)) return (statement.declarationList.flags & ts.NodeFlags.BlockScoped) !== 0
  return ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)
}

function firstUse(node: ts.Node, name: string): ts.Node | undefined {
  if (ts.isIdentifier(node) && node.text === name) return node
  return ts.forEachChild(node, (child) => firstUse(child, name))
}
