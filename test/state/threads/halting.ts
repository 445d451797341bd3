/** What the gate says. */
export const HALTED = 1
export const ENDED = 2

const ACCESSES = ['load', 'store', 'compareExchange', 'exchange', 'add', 'sub', 'and', 'or', 'notify'] as const

/** Does `work`, and halts for ever before its atomic access number `at`. */
export function haltBefore(at: number, gate: Int32Array, work: () => void): void {
  const { store: set, notify, wait } = Atomics
  const tell = (what: number): void => {
    set(gate, 0, what)
    notify(gate, 0)
  }
  const own = Object.fromEntries(ACCESSES.map((name) => [name, Atomics[name]])) as Record<string, (...operands: unknown[]) => unknown>
  let count = 0
  for (const name of ACCESSES) {
    Object.defineProperty(Atomics, name, {
      value: (...operands: unknown[]) => {
        count += 1
        if (count === at) {
          tell(HALTED)
          for (;;) wait(gate, 1, 0)
        }
        return own[name]!(...operands)
      },
    })
  }
  work()
  count = Infinity
  tell(ENDED)
}
