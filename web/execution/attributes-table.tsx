/** Attributes by name. Keys are as hostile as values, so none of them is ever used as more than text. */
import { Text } from '../parts/text.tsx'

export function AttributesTable({ attributes }: { attributes: Record<string, string> }) {
  const entries = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))
  if (entries.length === 0) return <p className="muted">None.</p>
  return (
    <table className="attributes">
      <colgroup>
        <col className="attribute-name" />
        <col />
      </colgroup>
      <thead className="unseen">
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        {entries.map(([key, value]) => (
          <tr key={key}>
            <th scope="row">
              <Text value={key} />
            </th>
            <td>
              <Text value={value} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
