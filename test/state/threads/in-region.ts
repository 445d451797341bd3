import { close, open } from '../../../runtime/state/index.ts'

/** As emitted code does what changes these attributes through other names. */
export function inRegion<T>(robot: object, names: readonly string[], work: () => T): T {
  const region = open(robot, ...names)
  try {
    return work()
  } finally {
    close(region)
  }
}
