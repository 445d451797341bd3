// In: the name and the text of a file. Out: whether it is worth parsing. Must not parse, and must be linear: it sees every file of a project.

/** What a module is called. */
export const SCRIPT = /\.[cm]?[jt]sx?$/

/** Whether a file may declare a mixin, which need not name taskbrain: that it is one of a brain, only the brain tells. */
export function mayHoldMixin(text: string): boolean {
  return /\bclass\b/.test(text) && /\bextends\b/.test(text)
}

// What a class has between its name and `extends` is bounded, so that `class` may stand there any number of times.
const WORDS = /\bclass\b[^]{0,1000}?\bextends\b|\.task\b|\(\s*Brain\b/

/** Whether a file may declare a brain: a class that extends something or has tasks, or what a mixin makes of Brain, in a file that imports something, which may be a base class by an alias. */
export function mayHoldBrain(text: string): boolean {
  return WORDS.test(text) && /\bimport\b/.test(text)
}

const STEP = /\+\+|--|[-+*/%&|^<>?]=|(?:\.[\w$]+|[\])}])\s*=[^=>]|\.(?:push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set\w*|add|delete|clear|write\w*|assign)\b/

/** Whether a module may change a property of something, by what it was or in place. */
export const mayStep = (text: string): boolean => STEP.test(text)
