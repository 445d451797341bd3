import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { hashOf } from '../../src/hash.ts'
import { openProjectFiles } from '../../src/project-files.ts'
import { createResolver } from '../../src/resolve.ts'
import { scratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

describe('the files of a build', (it) => {
  it('are read once where there is room for their texts', () => {
    using project = scratchProject({ 'a.ts': 'first', 'b.ts': 'b' })
    const files = openProjectFiles()
    files.readFile(join(project.dir, 'a.ts'))
    project.write('a.ts', 'second')
    files.readFile(join(project.dir, 'b.ts'))
    assert.is(files.readFile(join(project.dir, 'a.ts')), 'first')
    assert.is(files.seen().files.get(join(project.dir, 'a.ts')), hashOf('first'))
  })

  it('are read again where there is none, and one that is another by then has no content that a later build could find again', () => {
    using project = scratchProject({ 'a.ts': 'first', 'b.ts': 'b' })
    const files = openProjectFiles(undefined, createResolver(), 0)
    const read = (path: string): string | undefined => files.readFile(join(project.dir, path))
    read('a.ts')
    project.write('a.ts', 'second')
    read('b.ts')
    assert.is(read('a.ts'), 'second')
    read('b.ts')
    read('a.ts')
    assert.is(files.seen().files.get(join(project.dir, 'b.ts')), hashOf('b'))
    assert.is(files.seen().files.get(join(project.dir, 'a.ts')), '')
  })
})
