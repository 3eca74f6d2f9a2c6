import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readIntoPageCache } from './page-cache.ts'
import { inTemporaryDirectory } from './processes.ts'

it('reads all that lies below a directory', async () => {
  await inTemporaryDirectory(async (directory) => {
    await mkdir(join(directory, 'a/b'), { recursive: true })
    await writeFile(join(directory, 'x'), Buffer.alloc(5_000_000))
    await writeFile(join(directory, 'a/b/y'), 'seven..')
    expect(await readIntoPageCache(directory)).toBe(5_000_007)
  })
})
