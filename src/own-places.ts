// A module asks where it is by `import.meta.url`: it means its source, beside which its files lie, and not the output file that it
// landed in. So each such use is a name of the same length while the graph is bundled, and the way back to the source after it.
import type { OwnPlace } from '../compiler/index.ts'
import { type Mapped, replaceInLines } from './line-edits.ts'
import { relativeUrl } from './relative.ts'

const NAME = /\$tb_(url|dirname|filename)_(\d+)\b/g

export class OwnPlaces {
  readonly #sources: string[] = []

  /** The text with a name in the place of each use. `source` is the path of the file that it was made from. */
  named(text: string, source: string, places: readonly OwnPlace[]): string {
    if (places.length === 0) return text
    const known = this.#sources.indexOf(source)
    const index = known === -1 ? this.#sources.push(source) - 1 : known
    let named = ''
    let done = 0
    for (const { start, end, what } of places) {
      const head = `$tb_${what}_`
      named += text.slice(done, start) + head + String(index).padStart(end - start - head.length, '0')
      done = end
    }
    return named + text.slice(done)
  }

  /** `path` is the output file's own, absolute. */
  resolved(path: string, output: Mapped): Mapped {
    if (this.#sources.length === 0) return output
    return replaceInLines(output, NAME, ([, what, index]) => {
      const source = this.#sources[Number(index)]
      return source === undefined ? undefined : placeText(what as OwnPlace['what'], relativeUrl(path, source))
    })
  }
}

function placeText(what: OwnPlace['what'], url: string): string {
  const own = `new URL("${url}", import.meta.url)`
  if (what === 'url') return `${own}.href`
  const filename = `process.getBuiltinModule("node:url").fileURLToPath(${own})`
  return what === 'filename' ? filename : `process.getBuiltinModule("node:path").dirname(${filename})`
}
