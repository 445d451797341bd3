import { ExecutionStates, type TaskOutput } from '../src/contract/outcome.ts'
import { type Cargo, packed, unpack } from './cargo.ts'
import { fromEnvelope, isError, toEnvelope } from './envelope.ts'
import { thrownValue } from './errors.ts'
import type { PortableOutput } from './protocol.ts'

/** How a run ended, its result still packed. */
type Settled =
  | { readonly executionState: ExecutionStates.CORRECTLY; readonly result: Cargo }
  | { readonly executionState: Exclude<ExecutionStates, ExecutionStates.CORRECTLY>; readonly error: Error }

/** For a caller on this thread. A result that can't be unpacked is an error like any other. */
export function outputOf(settled: Settled): TaskOutput {
  if (settled.executionState !== ExecutionStates.CORRECTLY) return { executionState: settled.executionState, error: settled.error }
  try {
    return { executionState: ExecutionStates.CORRECTLY, result: unpack(settled.result, 'result') }
  } catch (error) {
    return failed(error)
  }
}

/** For a caller on another thread. A result that can't cross is an error that names its path; `onLost` is told. */
export function portableOutputOf(settled: Settled, onLost: (error: Error) => void): PortableOutput {
  if (settled.executionState !== ExecutionStates.CORRECTLY) return { executionState: settled.executionState, error: toEnvelope(settled.error) }
  try {
    return { executionState: ExecutionStates.CORRECTLY, result: packed(settled.result, 'result') }
  } catch (error) {
    onLost(error as Error)
    return { executionState: ExecutionStates.ERROR_OCCURRED, error: toEnvelope(error) }
  }
}

/** On the other thread. */
export function unpackedOutput(output: PortableOutput): TaskOutput {
  if (output.executionState === ExecutionStates.CORRECTLY) {
    return outputOf({ executionState: output.executionState, result: { form: 'portable', value: output.result } })
  }
  return { executionState: output.executionState, error: fromEnvelope(output.error) as Error }
}

export function failed(error: unknown): TaskOutput {
  return { executionState: ExecutionStates.ERROR_OCCURRED, error: isError(error) ? error : thrownValue('', String(error), error) }
}
