/** The API as one page to read: made from the OpenAPI document, with no script and nothing from elsewhere. */
import { createHash } from 'node:crypto'
import { PROBLEM_CODES } from '../problem-codes.ts'
import { METHODS } from '../routes/route.ts'
import type { OpenApiDocument, Operation, Parameter } from './document.ts'

export interface DocsPage {
  html: string
  /** Lets in this page's own style and nothing else. */
  contentSecurityPolicy: string
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #0a7d6c; }
@media (prefers-color-scheme: dark) { :root { --accent: #4fd1bd; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; } h3 { font-size: 1rem; margin: 0; }
a { color: var(--accent); } code { font: .875em ui-monospace, monospace; overflow-wrap: anywhere; }
p { margin: .5rem 0; } .muted { opacity: .75; }
nav ul { list-style: none; margin: 1rem 0 0; padding: 0; } nav li { padding: .15rem 0; }
section.operation { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; padding: 1rem 1.25rem; }
.method { background: var(--soft); border-radius: .25rem; color: var(--accent); font-weight: 600; padding: .1rem .4rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; margin-top: .75rem; width: 100%; }
th, td { border-top: 1px solid var(--line); padding: .4rem .75rem .4rem 0; text-align: left; vertical-align: top; }
th { font-size: .8rem; font-weight: 600; opacity: .75; }
`

export function docsPage(document: OpenApiDocument): DocsPage {
  const operations = Object.entries(document.paths).flatMap(([path, ofPath]) =>
    METHODS.flatMap((method) => {
      const operation = ofPath[method]
      return operation ? [{ path, method, operation }] : []
    }),
  )
  const tags = document.tags.map(({ name }) => String(name))
  const sections = tags.map((tag) => {
    const ofTag = operations.filter(({ operation }) => operation.tags.includes(tag))
    return `<h2>${escapeHtml(tag)}</h2>\n${ofTag.map(operationSection).join('\n')}`
  })
  const contents = operations.map(
    ({ path, method, operation }) =>
      `<li><a href="#${escapeHtml(operation.operationId)}"><code>${method.toUpperCase()} ${escapeHtml(path)}</code></a> <span class="muted">${escapeHtml(operation.summary)}</span></li>`,
  )
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(String(document.info.title))}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(String(document.info.title))}</h1>
<p>${escapeHtml(String(document.info.description))}</p>
<p><a href="/openapi.json">OpenAPI document</a></p>
<nav aria-label="Contents"><ul>
${contents.join('\n')}
</ul></nav>
<main>
${sections.join('\n')}
${schemasSection(document)}
${problemsSection()}
</main>
</body>
</html>
`
  const hash = createHash('sha256').update(STYLE).digest('base64')
  const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  return { html, contentSecurityPolicy }
}

function operationSection({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation
  const answers = Object.entries(responses).map(
    ([status, response]) => `<tr><td>${escapeHtml(status)}</td><td>${answerText(response)}</td></tr>`,
  )
  return `<section class="operation" id="${escapeHtml(operationId)}">
<h3><span class="method">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code></h3>
<p>${escapeHtml(summary)}</p>
${description ? `<p class="muted">${escapeHtml(description)}</p>` : ''}
${parameters.length > 0 ? table(['Parameter', 'Takes', 'Meaning'], parameters.map(parameterRow)) : ''}
${requestBody ? bodyTable(requestBody) : ''}
${table(['Status', 'Answer'], answers)}
</section>`
}

function bodyTable(requestBody: Record<string, unknown>): string {
  const { content } = requestBody as { content: { 'application/json': { schema: JsonSchema } } }
  const { schema } = content['application/json']
  if (schema.properties === undefined)
    return table(['Body', 'Takes'], [`<tr><td>JSON</td><td>${typeText(schema)}</td></tr>`])
  const rows = Object.entries(schema.properties).map(
    ([field, of]) =>
      `<tr><td><code>${escapeHtml(field)}</code></td><td>${typeText(of)}</td><td>${escapeHtml(of.description ?? '')}</td></tr>`,
  )
  return table(['Field of the body', 'Takes', 'Meaning'], rows)
}

function parameterRow({ name, in: place, schema, description = '' }: Parameter): string {
  const where = place === 'path' ? ' <span class="muted">(path)</span>' : ''
  return `<tr><td><code>${escapeHtml(name)}</code>${where}</td><td>${typeText(schema)}</td><td>${escapeHtml(description)}</td></tr>`
}

interface JsonSchema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  items?: JsonSchema
  anyOf?: JsonSchema[]
  format?: string
  minimum?: number
  maximum?: number
  default?: unknown
  description?: string
  properties?: Record<string, JsonSchema>
}

function typeText(schema: JsonSchema): string {
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1) ?? ''
    return `<a href="#schema-${escapeHtml(name)}">${escapeHtml(name)}</a>`
  }
  if (schema.anyOf) return schema.anyOf.map(typeText).join(' or ')
  if (schema.items) return `list of ${typeText(schema.items)}`
  if (schema.enum)
    return schema.enum.map((value) => `<code>${escapeHtml(String(value))}</code>`).join(' ') + byDefault(schema)
  if (schema.const !== undefined) return `<code>${escapeHtml(String(schema.const))}</code>`
  const type = schema.format === 'date-time' ? 'time' : [schema.type ?? 'anything'].flat().join(' or ')
  const bounded = schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER
  return `${escapeHtml(type)}${bounded ? ` ${schema.minimum}–${schema.maximum}` : ''}${byDefault(schema)}`
}

function byDefault(schema: JsonSchema): string {
  return schema.default === undefined ? '' : `, default <code>${escapeHtml(String(schema.default))}</code>`
}

function answerText(response: Record<string, unknown>): string {
  const content = (response.content ?? {}) as Record<string, { schema?: JsonSchema }>
  const [type] = Object.entries(content)
  const schema = type?.[1].schema
  const description = escapeHtml(String(response.description))
  return schema && type[0] === 'application/json' && schema.$ref ? typeText(schema) : description
}

function schemasSection({ components }: OpenApiDocument): string {
  const sections = Object.entries(components.schemas).map(([name, schema]) => {
    const { properties = {}, description } = schema as JsonSchema
    const rows = Object.entries(properties).map(
      ([field, of]) =>
        `<tr><td><code>${escapeHtml(field)}</code></td><td>${typeText(of)}</td><td>${escapeHtml(of.description ?? '')}</td></tr>`,
    )
    return `<section class="operation" id="schema-${escapeHtml(name)}">
<h3>${escapeHtml(name)}</h3>
${description ? `<p class="muted">${escapeHtml(description)}</p>` : ''}
${table(['Field', 'Type', 'Meaning'], rows)}
</section>`
  })
  return `<h2>Objects</h2>\n${sections.join('\n')}`
}

function problemsSection(): string {
  const rows = PROBLEM_CODES.map(
    ({ code, status, title }) =>
      `<tr id="problem-${escapeHtml(code)}"><td><code>${escapeHtml(code)}</code></td><td>${status}</td><td>${escapeHtml(title)}</td></tr>`,
  )
  return `<h2>Problems</h2>\n<p class="muted">Every answer that is not a success is <code>application/problem+json</code> (RFC 9457) with one of these codes.</p>\n${table(['Code', 'Status', 'Meaning'], rows)}`
}

function table(head: string[], rows: string[]): string {
  return `<div class="scroll"><table><thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
