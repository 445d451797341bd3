/** Every member of Brain. A subclass that declares one of these is refused. */
export const BRAIN_MEMBERS = [
  'tasks', 'logger', 'signal', 'defer', 'run', 'stop', 'getTasks', 'until', 'block', 'watch', 'atomic', 'change',
] as const

/** Every static member of Brain. */
export const BRAIN_STATIC_MEMBERS = ['task', 'loop', 'local', 'copy', 'addSerializableType'] as const

/** The operators of an assignment that reads what it writes, always one atomic step on a shared attribute. */
export type AssignmentOperator =
  | '+=' | '-=' | '*=' | '/=' | '%=' | '**=' | '<<=' | '>>=' | '>>>=' | '&=' | '|=' | '^='
export type LogicalOperator = '&&=' | '||=' | '??='

/** Where compiled code finds what it calls. */
export const DOORS = { user: 'taskbrain', internal: 'taskbrain/internal', engine: 'taskbrain/engine', worker: 'taskbrain/worker' } as const

/** What an object that shows an attribute has, and nothing else: code that may get one looks for it, each time at its own place, where V8 knows the shapes that come by. */
export const SHOWN = '$taskbrainShown'
