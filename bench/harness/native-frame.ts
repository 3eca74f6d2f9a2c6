/**
 * A block in Native as HTTP clients get it by default, framed as Go's client asks for with `client_protocol_version`, which the
 * embedded engine leaves unheard: with block information in front and a serialisation mark at each column.
 */

/** is_overflows = 0, bucket_num = -1, end. */
const BLOCK_INFORMATION = Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0])
const PLAIN_SERIALISATION = Buffer.from([0])

/** @throws Error for columns other than those of a greeting or a table's description */
export function reframe(blocks: Buffer): Buffer {
  const pieces: Buffer[] = []
  let at = 0
  const number = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = blocks[at++]!
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }
  const text = () => {
    const length = number()
    at += length
    return blocks.toString('utf8', at - length, at)
  }
  while (at < blocks.length) {
    const head = at
    const columns = number()
    const rows = number()
    pieces.push(BLOCK_INFORMATION, blocks.subarray(head, at))
    for (let column = 0; column < columns; column++) {
      const name = at
      text()
      const type = text()
      pieces.push(blocks.subarray(name, at), PLAIN_SERIALISATION)
      const data = at
      if (type === 'UInt32') at += 4 * rows
      else if (type === 'String') for (let row = 0; row < rows; row++) text()
      else throw new Error(`a column of ${type} is not expected here`)
      pieces.push(blocks.subarray(data, at))
    }
  }
  return Buffer.concat(pieces)
}
