/**
 * Which files of tests go first: those of whole processes (`test/`), as a small one of them may take long, and then by size, which is
 * vitest's own way. Otherwise one of 17 s came last, and other workers had nothing left to do.
 */
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isWhole = ({ project, moduleId }: TestSpecification) =>
      Number(relative(project.config.root, moduleId).startsWith('test'))
    return sorted.toSorted((a, b) => isWhole(b) - isWhole(a))
  }
}
