import { Condition, type Store } from '../../runtime/state/index.ts'

/** As `this.until` does it, but for what it does about runs. */
export function until({ arena }: Store, evaluate: () => boolean): Promise<void> {
  const condition = new Condition(arena, evaluate)
  if (condition.evaluate()) return Promise.resolve()
  return new Promise((resolve) => {
    const watcher = {
      condition,
      changed(): void {
        if (!condition.evaluate()) return
        arena.watching.delete(watcher)
        resolve()
      },
    }
    arena.watching.add(watcher)
  })
}
