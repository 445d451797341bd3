import { createLogger, ExecutionStates } from 'taskbrain'
import { MainBrain } from './.taskbrain/main.brain.js'

const brain = new MainBrain(createLogger({ identifier: 'Brain' }), 0, 0)
const outputs = await brain.run()

for (const [task, output] of Object.entries(outputs)) console.log(`${task}: ${ExecutionStates[output.executionState]}`)
console.log(`shareAttr1: ${brain.shareAttr1}, shareAttr2: ${brain.shareAttr2}, localAttr1: ${brain.localAttr1}`)
