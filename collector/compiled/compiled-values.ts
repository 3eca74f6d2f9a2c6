/** Values of attributes as text: strings, booleans and whole numbers by the compiled stage, into the memory of the stages. */
import type { Tape } from '@runlens/otlp'
import type { Count } from '@runlens/runtime'
import { AttributeValues } from '../blocks/attribute-values.ts'
import { ByteBuffer } from '../blocks/byte-buffer.ts'
import type { Stages } from './stages.ts'

export class CompiledValues extends AttributeValues {
  private readonly placed: Pick<AttributeValues, 'codes' | 'starts' | 'ends'>
  private readonly left: Int32Array
  private readonly formattedBytes: Count

  constructor(private readonly stages: Stages) {
    super(new ByteBuffer(stages.buffer(stages.place('FORMATTED'), stages.place('FORMATTED_BYTES_MAX'))))
    const attributes = stages.place('ATTRIBUTES_MAX')
    this.placed = {
      codes: stages.bytes(stages.place('VALUE_CODES'), attributes),
      starts: stages.numbers(stages.place('VALUE_STARTS'), attributes),
      ends: stages.numbers(stages.place('VALUE_ENDS'), attributes),
    }
    this.left = stages.numbers(stages.place('LEFT_ROWS'), attributes)
    this.formattedBytes = stages.count('formattedBytes')
    Object.assign(this, this.placed)
  }

  /** Another tape than that of the stages is prepared as ever: its values may then lie elsewhere. */
  override prepare(tape: Tape): void {
    const { type, valueStart } = tape.attributes.at
    if (!this.stages.hold(tape.data, type, valueStart)) {
      super.prepare(tape)
      return
    }
    Object.assign(this, this.placed)
    this.formatted.clear()
    const left = this.stages.run.prepareValues(tape.attributes.length)
    this.formatted.length = this.formattedBytes.value
    for (let i = 0; i < left; i++) this.format(tape, this.left[i]!)
  }
}
