// In: a task's body and its marker. Out: edits that make the method a generator: the setup, then an endless loop that yields
// before each iteration. Locals, `this`, `super` and early returns keep their meaning, since nothing is moved out of the method.

import { ts } from 'ts-morph'
import { declaredNames } from '../1-parse/imports.ts'
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
  const setup = body.statements.slice(0, marker.firstLoopStatement).filter((statement) => statement.getStart() !== marker.start)
  const loop = body.statements.slice(marker.firstLoopStatement)
  const returns = loop.flatMap(ownReturns)
  const label = returns.length > 0 ? '$loop: ' : ''
  return [
    { kind: 'insert', at: method.name.getStart(), text: '*' },
    { kind: 'replace', start: marker.start, end: marker.end, text: `\n${label}for (;;) {\nyield\ntry {` },
    ...returns.flatMap(continueInstead),
    ...movedFunctions(setup, loop, marker, context),
    { kind: 'insert', at: body.getEnd() - 1, text: `\n} catch ($error) { ${context.prefix}.report($error) }\n}\n` },
  ]
}

// --- internal ---

/** `return` statements of the loop itself, not those of functions in it. */
function ownReturns(statement: ts.Node): ts.ReturnStatement[] {
  if (ts.isFunctionLike(statement) || ts.isClassLike(statement)) return []
  if (ts.isReturnStatement(statement)) return [statement]
  const found: ts.ReturnStatement[] = []
  ts.forEachChild(statement, (child) => void found.push(...ownReturns(child)))
  return found
}

/** A `return` in the loop ends the iteration; what it would have returned is still evaluated. */
function continueInstead(node: ts.ReturnStatement): Edit[] {
  const end = node.getEnd()
  if (!node.expression) return [{ kind: 'replace', start: node.getStart(), end, text: 'continue $loop;' }]
  const valueEnd = node.expression.getEnd()
  const tail = '); continue $loop }'
  return [
    { kind: 'replace', start: node.getStart(), end: node.expression.getStart(), text: '{ void (' },
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
  return [...moved].map((node) => ({ kind: 'move', start: node.getStart(), end: node.getEnd(), to: marker.start }))
}

function isBlockScoped(statement: ts.Statement): boolean {
  if (ts.isVariableStatement(statement)) return (statement.declarationList.flags & ts.NodeFlags.BlockScoped) !== 0
  return ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)
}

function firstUse(node: ts.Node, name: string): ts.Node | undefined {
  if (ts.isIdentifier(node) && node.text === name) return node
  return ts.forEachChild(node, (child) => firstUse(child, name))
}
