/** `service.name` of every resource of a request, as a reference to its bytes. */
import { NO_TEXT, type TextColumn } from '@runlens/mapping'
import { ANY, equalBytes, type Tape } from '@runlens/otlp'

const KEY = Buffer.from('service.name')
const KEY_VIEW = new DataView(KEY.buffer, KEY.byteOffset, KEY.length)

/** @param into is filled and given back, or a larger one. Said twice, the last one counts, as in the mapping of spans. */
export function serviceNames({ resources, attributes, data }: Tape, into: TextColumn): TextColumn {
  const { length, at } = resources
  const names =
    length <= into.starts.length ? into : { starts: new Int32Array(length * 2), ends: new Int32Array(length * 2) }
  const { keyStart, keyEnd, type, valueStart, valueEnd } = attributes.at
  for (let row = 0; row < length; row++) {
    names.starts[row] = NO_TEXT
    names.ends[row] = 0
    const first = at.attributes[row]!
    for (let pair = first; pair < first + at.attributeCount[row]!; pair++) {
      if (type[pair] !== ANY.string || valueStart[pair] === valueEnd[pair]) continue
      if (keyEnd[pair]! - keyStart[pair]! !== KEY.length) continue
      if (!equalBytes(KEY_VIEW, 0, KEY.length, data, keyStart[pair]!, keyEnd[pair]!)) continue
      names.starts[row] = valueStart[pair]!
      names.ends[row] = valueEnd[pair]!
    }
  }
  return names
}
