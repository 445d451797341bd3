// What stands where the setup of a body and its loop meet: markers, and the first statement of the loop.

const MARKERS = {
  line: '// ---Loop---',
  first: '// above\n// ---Loop---\n// below',
  block: '/* --- loop --- */',
  python: '// # ---Loop--- #',
  spaced: '\n//    ---LOOP---   \n',
  trailing: '// ---Loop---',
  inline: '/* ---Loop--- */',
  between: '/* ---Loop--- */',
  statement: 'Brain.loop()',
} as const

export type MarkerForm = keyof typeof MARKERS
export const MARKER_FORMS = Object.keys(MARKERS) as MarkerForm[]

export function markerText(form: MarkerForm): string {
  return MARKERS[form]
}

const STEPS = {
  if: (step, cancel) => `if (${step}) ${cancel}`,
  const: (step, cancel) => `const $step = ${step} && ${cancel}`,
  var: (step, cancel) => `var $step = ${step} && ${cancel}`,
  switch: (step, cancel) => `switch (${step}) { case true: ${cancel} }`,
  block: (step, cancel) => `{ let $step = ${step}; if ($step) { ${cancel} } }`,
  labelled: (step, cancel) => `$step: { if (!${step}) break $step; ${cancel} }`,
  brackets: (step, cancel) => `;[${step}].forEach((ends) => ends && ${cancel})`,
  for: (step, cancel) => `for (const $step of [${step}]) if ($step) ${cancel}`,
} satisfies Record<string, (step: string, cancel: string) => string>

export type StepForm = keyof typeof STEPS
export const STEP_FORMS = Object.keys(STEPS) as StepForm[]

/** Ends the task where `step` says so. */
export function stepText(form: StepForm, step: string, cancel: string): string {
  return STEPS[form](step, cancel)
}
