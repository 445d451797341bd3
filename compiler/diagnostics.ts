/**
 * Every diagnostic that there is, in the order of the phases. A code is two to four words, stable for ever.
 * A message says what is wrong in the user's own names; a hint says what to do.
 */
import type { Finding, Severity } from './log.ts'

/** Codes that fixtures/errors/<code>/ shows one by one. */
export const DIAGNOSTIC_CODES: string[] = []

/** What each code says, with `<word>` where a finding has the user's own: for those who look a code up. */
export const DIAGNOSTIC_PATTERNS = new Map<string, Finding>()

type Words<A extends readonly string[]> = (...words: A) => string

function define<A extends readonly string[]>(severity: Severity, code: string, message: Words<A>, hint: string | Words<A>): (...words: A) => Finding {
  const finding = (...words: A): Finding => ({ code, severity, message: message(...words), hint: typeof hint === 'string' ? hint : hint(...words) })
  DIAGNOSTIC_CODES.push(code)
  DIAGNOSTIC_PATTERNS.set(code, finding(...(placeholders(message) as A)))
  return finding
}

/** `(task, _option) => …` takes `<task>` and `<option>`. */
function placeholders(words: Words<any>): readonly string[] {
  const parameters = /^\(?([\w$, ]*?)\)?\s*=>/.exec(String(words))?.[1] ?? ''
  return parameters.split(',').map((name) => `<${name.trim().replace(/^_/, '')}>`)
}

/** `the list` stays as it is, a name of the user's stands in quotes. */
const quotedName = (words: string): string => (words.includes(' ') ? words : `\`${words}\``)

const capital = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}`

const error = <A extends readonly string[]>(code: string, message: Words<A>, hint: string | Words<A>): ((...words: A) => Finding) =>
  define('error', code, message, hint)
const warning = <A extends readonly string[]>(code: string, message: Words<A>, hint: string | Words<A>): ((...words: A) => Finding) =>
  define('warning', code, message, hint)

// --- reading ---

export const sourceTooDeep = error('source-too-deep',
  (file: string) => `\`${file}\` nests something too deep to be read.`,
  'Give the inner parts names of their own, or keep what is data alone in a JSON file.')

export const sourceSyntax = error('source-syntax', (text: string) => text, 'Mend the syntax; nothing is built for this file until it can be read.')

export const exportUndeclared = error('export-undeclared',
  (name: string) => `\`${name}\` is exported, but nothing of that name is declared or imported here.`,
  (name) => `Declare \`${name}\`, or take it from the list.`)

export const regexInvalid = error('regex-invalid',
  (literal: string, why: string) => `\`${literal}\` is no regular expression: ${why}.`,
  'Mend the pattern; no module loads with it.')

export const awaitInField = error('await-in-field',
  (field: string) => `\`await\` stands in the initial value of \`${field}\`, where nothing can wait.`,
  'Await it at the top level of the module and use the result here, or assign the field in a task.')

export const sourceEncoding = error('source-encoding',
  (byte: string) => `The byte ${byte} stands for no character: this file is not UTF-8.`,
  'Save it as UTF-8.')

export const configSyntax = error('config-syntax',
  (text: string) => text,
  'Mend the syntax: paths and decorators are read as this file says.')

export const configExtends = warning('config-extends',
  (specifier: string, why: string) => `\`${specifier}\` ${why}; nothing is taken from it.`,
  (_specifier, why) => (why.includes('in turn') ? 'Let one of the two stand alone.' : 'Check the path, or install the package that it names.'))

export const exportEquals = error('export-equals',
  (exported: string, value: string) => `\`${exported} = ${value}\` stands in a file with a brain, which is built to an ES module.`,
  (exported, value) => {
    const name = /^(?:module\.)?exports\.([\w$]+)$/.exec(exported)?.[1]
    if (name !== undefined) return name === value ? `Write \`export { ${value} }\`.` : `Write \`export const ${name} = ${value}\`.`
    if (exported !== 'export' && /^\{[\s\w$,]*\}$/.test(value)) return `Write \`export ${value}\`.`
    return `Write \`export default ${value}\`${/^[\w$]+$/.test(value) ? ` or \`export { ${value} }\`` : ''}.`
  })

export const defaultInCts = error('default-in-cts',
  () => '`export default` stands in a `.cts` file with a brain: that is built to an ES module, but TypeScript takes its default for the one of CommonJS, which is all that it exports.',
  'Export it by its name, or call the file `.mts`.')

export const commonjsName = warning('commonjs-name',
  (name: string) => `\`${name}\` stands in what is built to an ES module: nothing has that name there.`,
  (name) => `Write \`import.meta.${name.slice(2)}\`. A \`.cts\` or \`.cjs\` file allows it once it is an ES module, \`.mts\` or \`.mjs\`.`)

// --- which classes are brains ---

export const brainInFunction = error('brain-in-function',
  (brain: string, place: string, task: string) => `Brain \`${brain}\` is declared inside ${place}, but its task \`${task}\` runs off the main thread.`,
  'Declare the class at the top level of the file, where a worker can load it.')

export const brainUnnamed = error('brain-unnamed',
  () => 'A class that extends Brain has no name that a worker could load it by.',
  'Declare it as `class Name extends Brain`, `const Name = class extends Brain`, or `export default class extends Brain`.')

export const brainFromMixin = warning('brain-from-mixin',
  (name: string, made: string) => `${name === 'default' ? 'The default export' : `\`${name}\``} is what \`${made}\` makes, and no class extends it: nothing is built for it, so that its tasks can't run.`,
  (name, made) => `Declare a class: \`${name === 'default' ? 'export default class' : `class ${name}`} extends ${made} {}\`.`)

export const brainRepeated = error('brain-repeated',
  (brain: string) => `There are two brains of the name \`${brain}\` in this file.`,
  'Give each brain of a file a name of its own.')

export const outputRepeated = error('output-repeated',
  (output: string, other: string) => `This file and \`${other}\` would both be built to \`${output}.js\`.`,
  'Rename one of the two, so that each has an output of its own.')

export const baseUnreadable = error('base-unreadable',
  (brain: string, base: string, why: string) => `The base class \`${base}\` of \`${brain}\` can't be read at compile time: ${why}.`,
  'Extend Brain or a class that extends it, by its name, or give one to a mixin of the project: `(Base) => class extends Base { … }`. The class is one of the project, or of a package that ships its sources and what `taskbrain build` made of them.')

export const memberReserved = error('member-reserved',
  (brain: string, member: string) => `\`${brain}.${member}\` redefines a member of Brain.`,
  'Choose another name: tasks, logger, signal, defer, run, stop, getTasks, until, block, watch, atomic and change belong to Brain.')

export const featureLater = error('feature-later',
  (feature: string) => `\`${feature}\` is not part of this version.`,
  'Leave it out for now. It is refused so that it is never ignored in silence.')

// --- decorators and options ---

export const taskOutsideBrain = error('task-outside-brain',
  (method: string, owner: string) => `\`${method}\` is decorated as a task, but \`${owner}\` does not extend Brain.`,
  'Let the class extend Brain, or remove the decorator.')

export const taskTarget = error('task-target',
  (name: string, what: string) => `\`${name}\` can't be a task: it is ${what}.`,
  'Put `@Brain.task` on a public or protected method with a plain name and a body.')

export const taskNotCalled = error('task-not-called',
  (name: string) => `The decorator of \`${name}\` is not called.`,
  'Write `@Brain.task({ process: …, runOnStart: … })`.')

export const taskRepeated = error('task-repeated',
  (name: string) => `\`${name}\` carries \`@Brain.task\` twice.`,
  'Keep one of the two decorators.')

export const optionsUnreadable = error('options-unreadable',
  (name: string) => `The options of \`${name}\` can't be read at compile time.`,
  'Write them as an object literal, or as a constant of the module that is one.')

export const optionUnknown = error('option-unknown',
  (task: string, option: string, meant: string) => `\`${option}\` is not an option of a task (\`${task}\`).${meant && ` Did you mean \`${meant}\`?`}`,
  'The options are process, runOnStart, refreshRate, timeout, defineLoopLater, startLoopMarker, pace, concurrency, queueLimit, restart and grace.')

const OPTION_HINTS: Readonly<Record<string, string>> = {
  process: 'Add `process: true` (off the main thread) or `process: false` (in the main process).',
  runOnStart: 'Add `runOnStart: true` (starts with the brain) or `runOnStart: false` (only when called).',
}

export const optionMissing = error('option-missing',
  (task: string, option: string) => `Task \`${task}\` does not say \`${option}\`.`,
  (_task, option) => OPTION_HINTS[option] ?? 'Say `process` (true: off the main thread) and `runOnStart` (true: starts with the brain).')

export const optionNotStatic = error('option-not-static',
  (task: string, option: string) => `\`${option}\` of task \`${task}\` is not known at compile time.`,
  'Write a literal, or a constant of the module that folds to one.')

export const optionType = error('option-type',
  (task: string, option: string, wanted: string) => `\`${option}\` of task \`${task}\` must be ${wanted}.`,
  'Write a value of that kind.')

export const durationNotPositive = error('duration-not-positive',
  (task: string, option: string) => `\`${option}\` of task \`${task}\` must be more than 0.`,
  'Give the seconds as a number above 0, or a text such as `\'50ms\'` or `\'100hz\'`.')

export const durationUnreadable = error('duration-unreadable',
  (task: string, option: string, text: string) => `\`${option}\` of task \`${task}\` can't be read as a length of time: ${text}.`,
  'Give seconds as a number, or a text with its unit: `\'250ms\'`, `\'2s\'`, `\'1m\'`, `\'1h\'`, `\'100hz\'`.')

export const refreshRateLong = warning('refresh-rate-long',
  (task: string, seconds: string) => `\`refreshRate: ${seconds}\` makes task \`${task}\` pause ${seconds} seconds after each run; it is not a frequency.`,
  (_task, seconds) => `If that is meant, write \`'${seconds}s'\`; for ${seconds} runs a second write \`'${seconds}hz'\`.`)

export const loopWithoutRate = error('loop-without-rate',
  (task: string) => `Task \`${task}\` has \`defineLoopLater\` but no \`refreshRate\`.`,
  'Add the pause between two runs of its loop, for example `refreshRate: 0.1`.')

export const paceWithoutRate = error('pace-without-rate',
  (task: string) => `Task \`${task}\` has \`pace\` but no \`refreshRate\`.`,
  'Add the time from one run to the next, for example `refreshRate: \'100hz\'`, or leave `pace` out.')

export const restartInMain = error('restart-in-main',
  (task: string) => `Task \`${task}\` has \`restart\` but runs in the main process, where there is no worker that could die.`,
  'Leave `restart` out, or give the task `process: true`.')

export const startWithParameters = error('start-with-parameters',
  (task: string, parameter: string) => `Task \`${task}\` starts with the brain, but its parameter \`${parameter}\` is required and nobody gives it.`,
  'Give the parameter a default, or set `runOnStart: false` and call the task with arguments.')

export const taskOverridden = warning('task-overridden',
  (task: string, base: string) => `\`${task}\` overrides a task of \`${base}\` but is not decorated; the options of \`${base}\` hold.`,
  'Repeat `@Brain.task({ … })` on the method to say so.')

// --- setup and loop ---

export const markerMissing = error('marker-missing',
  (task: string, _marker: string) => `Task \`${task}\` has \`defineLoopLater\` but no loop marker.`,
  (_task, marker) => `Put \`// ${marker}\` on a line of its own above the part that repeats.`)

export const markerNearMiss = error('marker-near-miss',
  (task: string, found: string) => `Task \`${task}\` has no loop marker; \`${found}\` is close to one but not the same.`,
  (_task, _found) => 'Write the marker exactly: white space, letter case and outer `#` do not count, all else does.')

export const markerRepeated = error('marker-repeated',
  (task: string) => `Task \`${task}\` has more than one loop marker.`,
  'Keep the one above the part that repeats and remove the others.')

export const markerNested = error('marker-nested',
  (task: string, block: string) => `The loop marker of task \`${task}\` stands inside ${block}.`,
  'Move it between two statements at the top level of the body.')

export const markerWithoutLoop = warning('marker-without-loop',
  (task: string) => `Task \`${task}\` has a loop marker but not \`defineLoopLater: true\`; the marker is an ordinary comment.`,
  'Add `defineLoopLater: true`, or remove the marker.')

export const loopEmpty = error('loop-empty',
  (task: string) => `Nothing stands below the loop marker of task \`${task}\`.`,
  'Put the part that repeats below the marker.')

export const loopLocalInSetup = error('loop-local-in-setup',
  (task: string, name: string) => `The setup of task \`${task}\` uses \`${name}\`, which is declared below the loop marker.`,
  (_task, name) => `Declare \`${name}\` above the marker, or hand it over as an argument.`)

// --- what a task may use ---

export const attributeNotShared = error('attribute-not-shared',
  (task: string, attribute: string, why: string) => `Task \`${task}\` runs off the main thread, but \`this.${attribute}\` lives in the main process alone: ${why}.`,
  'Give it an initial value that can be serialised (or `declare` it, where a base class gives it one), make it a parameter of the task, or create it in the setup of the task.')

export const attributeReshaped = error('attribute-reshaped',
  (brain: string, attribute: string, base: string) => `\`${brain}.${attribute}\` has another shape than \`${base}.${attribute}\`, which it overrides; the methods of \`${base}\` go straight to the parts of theirs.`,
  (_brain, attribute, base) => `Give both the same type, or declare \`${attribute}\` in \`${base}\` with a type that allows both, such as one with a key that may be missing (\`key?\`).`)

export const attributeUndeclared = error('attribute-undeclared',
  (task: string, attribute: string, brain: string) => `Task \`${task}\` runs off the main thread and writes \`this.${attribute}\`, which \`${brain}\` does not declare: nobody else would see it.`,
  'Declare it as a field with an initial value: fields are shared by every task.')

export const classNotPortable = error('class-not-portable',
  (what: string, className: string, why: string) => `${what} holds a \`${className}\`, which can't cross between threads: ${why}.`,
  (_what, className) => `Say how it crosses with \`Brain.addSerializableType(${className}, testInstance, { encode, decode })\` at module level, make it where it is used, or hand over plain data.`)

export const privateFromConstructor = error('private-from-constructor',
  (task: string, attribute: string) => `Task \`${task}\` runs off the main thread and uses \`${attribute}\`, which the constructor assigns; a worker has no constructor run.`,
  'Give the field its value where it is declared, or make it a shared attribute without `#`.')

export const taskCalledDirectly = error('task-called-directly',
  (task: string) => `\`this.${task}\` is a task and can't be used as a plain method.`,
  (task) => `Call it as \`this.tasks.${task}(…)\`.`)

export const superOfSplit = error('super-of-split',
  (task: string) => `\`super.${task}\` is a task that is split into setup and loop; called as a plain method it would never end.`,
  'Move what both need to a method of its own, and call that.')

export const superOfPackage = error('super-of-package',
  (task: string, base: string) => `\`super.${task}\` is a task of \`${base}\` that runs off the main thread; in the main process a package has no body of it.`,
  (task) => `Call it as \`this.tasks.${task}(…)\`, or use it in a task with \`process: true\` alone.`)

export const taskUnknown = error('task-unknown',
  (name: string, brain: string, meant: string) => `\`${name}\` is not a task of \`${brain}\`.${meant && ` Did you mean \`${meant}\`?`}`,
  (name, _brain, meant) => meant ? `Write \`this.tasks.${meant}(…)\`.` : `Decorate the method \`${name}\` with \`@Brain.task\`, or call it without \`tasks\`.`)

export const importHidden = warning('import-hidden',
  (specifier: string) => `\`import(${specifier})\` does not tell which module it loads: none is built for it, and a relative path is looked for beside the output.`,
  "Write the path in the call itself, with the ending that the file has, as in `import('./tools/' + name + '.ts')`. What is not to be built is named by a URL, as in `new URL(name, import.meta.url).href`.")

export const importUnmatched = warning('import-unmatched',
  (specifier: string) => `No file matches \`import(${specifier})\`: it fails whatever the program puts in.`,
  'Check the folder, and write the ending that the files have: they are matched as they stand beside the source.')

export const evalInTask = error('eval-in-task',
  (task: string) => `Task \`${task}\` runs off the main thread and calls \`eval\`, whose text can't be followed to a worker.`,
  'Write the code as a function of the module.')

export const mixinWithoutBrain = error('mixin-without-brain',
  (task: string, mixin: string, brain: string) => `The worker of task \`${task}\` gets \`${mixin}\` as a part of \`${brain}\`, and needs it for a class too that is no brain.`,
  'Declare the mixin and that other class in files of their own.')

export const moduleStateCopied = warning('module-state-copied',
  (name: string, verb: string, task: string) => `\`${name}\` is ${verb} by task \`${task}\` off the main thread; every worker has a copy of its own.`,
  'Make it a field of the brain: fields are shared by every task.')

export const stateFilledLess = warning('state-filled-less',
  (state: string, task: string, decorated: string, decorator: string) => `\`${state}\` holds less in the worker of task \`${task}\`, which reads it: what the decorator \`${decorator}\` of ${quotedName(decorated)} puts in is missing there.`,
  (state) => `Fill \`${state}\` with statements of the module, which a worker has too, or read it in the main process and hand the task what it needs of it.`)

export const lostUpdate = warning('lost-update',
  (attribute: string, task: string, others: string) => `Task \`${task}\` sets \`this.${attribute}\` to what it made of an earlier read; what ${others} between the two is lost.`,
  'Let one statement read and write it (`this.n += 1`, `this.n = clamp(this.n)`), or put both into `this.atomic(() => { … })`.')

export const mainModuleInWorker = warning('main-module-in-worker',
  (task: string, specifier: string, way: string, what: 'the main module of a brain' | 'a second copy of the module of a mixin') =>
    `Task \`${task}\` runs off the main thread and imports \`${specifier}\`, which loads ${what} there: ${way}.`,
  'Import only types on that way (`import type`), or move what both files need to a module of its own.')

export const classLoadsMain = warning('class-loads-main',
  (task: string, className: string, way: string) => `Task \`${task}\` runs off the main thread and is given instances of \`${className}\`, whose module loads the main module of a brain there: ${way}.`,
  'Import only types on that way (`import type`), or move the class to a module of its own.')

// --- shared state ---

export const awaitInUpdate = error('await-in-update',
  (attribute: string, operator: string) => `\`this.${attribute} ${operator} …\` waits on its right side: JavaScript reads \`this.${attribute}\` before it waits, so what others write meanwhile would be lost.`,
  (attribute, operator) => `Wait first: \`const value = await …\`, then \`this.${attribute} ${operator} ${operator === '=' ? '…' : ''}value\`.`.replace('…value', '… value …'))

export const awaitInChange = error('await-in-change',
  (attribute: string, alias: string) => `This changes \`this.${attribute}\` in place and waits in ${alias === '' ? 'the same expression' : `between, after ${quotedName(alias)} was taken from it`}; the change would be made to an old value.`,
  (attribute, alias) => alias === '' ? 'Wait first and keep the result in a constant, then make the change.'
    : `Take ${quotedName(alias)} again after the \`await\`, or make the change on \`this.${attribute}\` itself.`)

export const aliasAcrossMarker = error('alias-across-marker',
  (alias: string, attribute: string) => `\`${alias}\` is taken from \`this.${attribute}\` above the loop marker and changed below it; the change would be made to an old value.`,
  (alias, attribute) => `Take \`${alias}\` below the marker, or make the change on \`this.${attribute}\` itself.`)

export const changeOfDefault = error('change-of-default',
  (alias: string, attribute: string) => `${capital(quotedName(alias))} is \`this.${attribute}\`, or a part of it, by the default of a parameter, and is changed in the body; the change would be made to an old value.`,
  (alias, attribute) => `Leave the default out, and take ${quotedName(alias)} from \`this.${attribute}\` in the body.`)

export const declarationInChange = error('declaration-in-change',
  (attribute: string) => `This is needed below the loop marker, but stands among statements that change \`this.${attribute}\` through another name.`,
  'Move it above or below those statements.')

export const changeInEndlessLoop = error('change-in-endless-loop',
  (alias: string, attribute: string) => `${capital(quotedName(alias))} is taken from \`this.${attribute}\` outside of a loop that does not end by itself and changed in it; nobody else could change an attribute meanwhile.`,
  (alias, attribute) => `Take ${quotedName(alias)} in the loop, or make the change on \`this.${attribute}\` itself.`)

export const changeLater = error('change-later',
  (alias: string, attribute: string) => `${capital(quotedName(alias))} is part of \`this.${attribute}\` and is changed in a function that runs later; the change would be made to an old value.`,
  (_alias, attribute) => `Use \`this.${attribute}\` itself in that function.`)

export const changeOfCopy = warning('change-of-copy',
  (name: string, attribute: string) => `\`${name}\` is changed after \`this.${attribute}\` has taken it in: the attribute has a copy, which the change does not reach.`,
  (name, attribute) => `Change it before, change \`this.${attribute}\` itself, or let the attribute take in \`${name}\` again behind the change.`)

export const changeInAsync = error('change-in-async',
  (callee: string, attribute: string) => `\`${callee}\` changes \`this.${attribute}\` after it has waited; the change would be made to an old value.`,
  (callee, attribute) => `Let \`${callee}\` return what is to be changed, and change \`this.${attribute}\` where that has been waited for.`)

export const attributeDeleted = error('attribute-deleted',
  (attribute: string) => `\`this.${attribute}\` is a shared attribute and can't be deleted.`,
  (attribute: string) => (attribute.includes('.') ? 'Declare its key as one that may be missing (`key?`), or assign another value.' : 'Assign `undefined` or an empty value.'))

// --- waiting for attributes, and steps on several of them ---

export const conditionAsync = error('condition-async',
  (member: string) => `The function of \`this.${member}(…)\` is async: what it gives is a promise, which is no value to wait for.`,
  'Let it read attributes and return at once, as in `() => this.armed`.')

export const stepAsync = error('step-async',
  (member: string) => `The function of \`this.${member}(…)\` is async, but a step ends when its function returns: what comes after an \`await\` would not be part of it.`,
  'Await before it and keep the result in a constant, then make the step.')

export const blockInMain = error('block-in-main',
  (task: string) => `Task \`${task}\` runs in the main process, which \`this.block(…)\` would keep from all else.`,
  'Write `await this.until(…)`, or let the task run off the main thread with `process: true`.')

// --- comments against warnings ---

export const suppressionUnused = warning('suppression-unused',
  (code: string, meant: string) => `\`taskbrain-disable-next-line${code && ` ${code}`}\` suppresses nothing.${meant && ` Did you mean \`${meant}\`?`}`,
  'Remove it, or name the code of a warning on the next line. An error can\'t be suppressed.')

// --- the bundle (found by the build, not by the compiler's phases) ---

export const importUnresolved = error('import-unresolved',
  (specifier: string) => `\`${specifier}\` leads to no file.`,
  'Check the path. A relative path starts from the folder of the file that imports it.')

export const importDeclared = error('import-declared',
  (specifier: string, declarations: string) => `\`${specifier}\` leads to declarations alone: \`${declarations}\` has nothing that runs.`,
  'Import types from it with `import type`, or put what they declare into a module beside them.')

export const awaitOutsideAsync = error('await-outside-async',
  (name: string) => `\`await\` stands in ${name === '' ? 'a function' : `\`${name}\``}, which is not async.`,
  'Mark it `async`, and await what it gives where it is called.')

export const bundleFailed = error('bundle-failed',
  (text: string, _advice: string) => `${text}.`,
  (_text, advice) => `${advice} Nothing is written until every file that the brains reach can be read.`)
