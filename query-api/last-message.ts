/**
 * What a person wrote, or was answered, out of an execution's input or output: the text of the last message of that role where the
 * payload holds messages in a form that is known, else the payload as it is.
 *
 * Known are messages as OpenAI, OpenTelemetry's `gen_ai` attributes, the Vercel AI SDK and LangChain write them, alone, in lists, or
 * under a name that says what they are; and plain objects whose one member is the text.
 */

export type Speaker = 'user' | 'assistant'

type Json = Readonly<Record<string, unknown>>

/** Objects within objects that are looked into. */
const DEPTH_MAX = 6

const ROLES: Readonly<Record<Speaker, readonly string[]>> = {
  user: ['user', 'human', 'humanmessage', 'humanmessagechunk'],
  assistant: ['assistant', 'ai', 'model', 'aimessage', 'aimessagechunk'],
}

/** Where messages or the text may stand, the likeliest first. */
const MEMBERS: Readonly<Record<Speaker, readonly string[]>> = {
  user: ['messages', 'input', 'question', 'prompt', 'query', 'text', 'content', 'value'],
  assistant: [
    'messages',
    'choices',
    'generations',
    'message',
    'output',
    'answer',
    'response',
    'text',
    'content',
    'value',
  ],
}

/** @returns never empty unless `payload` is */
export function lastMessage(payload: string, speaker: Speaker): string {
  if (!/^\s*[[{"]/.test(payload)) return payload
  let value: unknown
  try {
    value = JSON.parse(payload)
  } catch {
    // Cut where settling caps it, or no JSON after all.
    return payload
  }
  return textIn(value, speaker, 0) || payload
}

/** The first `max` characters; none is cut in two. */
export function firstCharacters(text: string, max: number): string {
  if (text.length <= max) return text
  let end = 0
  for (let n = 0; n < max && end < text.length; n++) end += text.codePointAt(end)! > 0xffff ? 2 : 1
  return text.slice(0, end)
}

/** '' where there is nothing that is known. */
function textIn(value: unknown, speaker: Speaker, depth: number): string {
  if (typeof value === 'string') return value
  if (depth > DEPTH_MAX) return ''
  if (Array.isArray(value)) return textInList(value, speaker, depth)
  if (!isObject(value)) return ''
  const role = roleOf(value)
  if (role !== '') return ROLES[speaker].includes(role) ? contentOf(value) : ''
  for (const name of MEMBERS[speaker]) {
    const text = Object.hasOwn(value, name) ? textIn(value[name], speaker, depth + 1) : ''
    if (text !== '') return text
  }
  return ''
}

/** Of the last element that has any. Texts in a list are no messages, but a pair of them may be one: `["human", "hi"]`. */
function textInList(list: readonly unknown[], speaker: Speaker, depth: number): string {
  if (list.length === 2 && typeof list[0] === 'string') {
    const [role, content] = list
    if (!isRole(role)) return ''
    return ROLES[speaker].includes(role.toLowerCase()) ? contentOf(isObject(content) ? content : { content }) : ''
  }
  for (const element of list.toReversed()) {
    const text = typeof element === 'string' ? '' : textIn(element, speaker, depth + 1)
    if (text !== '') return text
  }
  return ''
}

/** Who speaks in a message, in lower case; '' for what is no message. */
function roleOf(value: Json): string {
  const { role, type, id } = value
  if (typeof role === 'string') return role.toLowerCase()
  if (type === 'constructor' && Array.isArray(id)) return String(id.at(-1)).toLowerCase()
  return typeof type === 'string' && isRole(type) ? type.toLowerCase() : ''
}

function isRole(text: string): boolean {
  const role = text.toLowerCase()
  return /^(system|tool|function|developer|systemmessage|toolmessage)$/.test(role) || SPEAKERS.has(role)
}
const SPEAKERS: ReadonlySet<string> = new Set([...ROLES.user, ...ROLES.assistant])

/** LangChain keeps what a message says in `kwargs` or `data`. */
function contentOf(message: Json): string {
  for (const inner of [message, message.kwargs, message.data]) {
    if (!isObject(inner)) continue
    const text = partsOf(inner.content) || partsOf(inner.parts)
    if (text !== '') return text
  }
  return ''
}

/** A text, or the texts among parts of a message. */
function partsOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  const texts = content.map((part) => {
    if (typeof part === 'string') return part
    if (
      !isObject(part) ||
      !['text', 'input_text', 'output_text', undefined].includes(part.type as string | undefined)
    ) {
      return ''
    }
    return typeof part.text === 'string' ? part.text : typeof part.content === 'string' ? part.content : ''
  })
  return texts.filter((text) => text !== '').join('\n')
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
