import { describe, expect, it } from 'vitest'
import { firstCharacters, lastMessage } from './last-message.ts'

const user = (payload: unknown) => lastMessage(JSON.stringify(payload), 'user')
const assistant = (payload: unknown) => lastMessage(JSON.stringify(payload), 'assistant')
const raw = (payload: unknown) => JSON.stringify(payload)

describe('the last message', () => {
  it('is that of its role, in a chat', () => {
    const chat = [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'first' },
      { role: 'assistant', content: 'hello' },
      { role: 'user', content: 'second' },
      { role: 'tool', content: '{"sunny":true}' },
    ]
    expect(user({ messages: chat })).toBe('second')
    expect(user(chat)).toBe('second')
    expect(assistant({ messages: chat })).toBe('hello')
  })

  it('is the text among the parts of a message', () => {
    const parts = [{ type: 'image_url', image_url: { url: 'x' } }, { type: 'text', text: 'what is' }, 'this?']
    expect(user({ messages: [{ role: 'user', content: parts }] })).toBe('what is\nthis?')
    expect(user([{ role: 'user', parts: [{ type: 'text', content: 'weather?' }] }])).toBe('weather?')
    const called = { role: 'assistant', content: [{ type: 'tool-call', toolName: 'weather', input: {} }] }
    expect(assistant([{ role: 'assistant', content: 'Let me look.' }, called])).toBe('Let me look.')
  })

  it('is found as LangChain writes it: constructors, kinds, pairs, lists in lists', () => {
    const message = (name: string, content: string) => ({
      lc: 1,
      type: 'constructor',
      id: ['langchain_core', 'messages', name],
      kwargs: { content },
    })
    expect(user({ messages: [[message('SystemMessage', 'x'), message('HumanMessage', 'hi')]] })).toBe('hi')
    expect(assistant({ generations: [[{ message: message('AIMessage', 'hello there'), text: 'hello there' }]] })).toBe(
      'hello there',
    )
    expect(
      user({
        messages: [
          { type: 'human', content: 'hi' },
          { type: 'ai', content: 'ho' },
        ],
      }),
    ).toBe('hi')
    expect(user({ messages: [{ type: 'human', data: { content: 'hi' } }] })).toBe('hi')
    expect(
      user({
        messages: [
          ['system', 'x'],
          ['human', 'hi'],
        ],
      }),
    ).toBe('hi')
    expect(user(['HumanMessage', { content: 'hi' }])).toBe('hi')
  })

  it('is found in what a completion answers', () => {
    expect(assistant({ choices: [{ index: 0, message: { role: 'assistant', content: 'Sunny' } }] })).toBe('Sunny')
    expect(assistant({ output: { messages: [{ role: 'assistant', content: 'Sunny' }] } })).toBe('Sunny')
    expect(assistant([{ role: 'model', parts: [{ text: 'Sunny' }] }])).toBe('Sunny')
  })

  it('is the one text of a plain payload', () => {
    expect(user({ input: 'a' })).toBe('a')
    expect(user({ question: 'b', top_k: 4 })).toBe('b')
    expect(user({ prompt: 'c' })).toBe('c')
    expect(assistant({ output: 'd' })).toBe('d')
    expect(assistant({ text: 'e' })).toBe('e')
    expect(user('a text in quotes')).toBe('a text in quotes')
  })

  it('is the payload itself where nothing is known of it', () => {
    expect(lastMessage('plain words', 'user')).toBe('plain words')
    expect(lastMessage('', 'user')).toBe('')
    expect(lastMessage('{"messages":[{"role":"us', 'user')).toBe('{"messages":[{"role":"us')
    for (const odd of [{ order: 7 }, [1, 2], ['a', 'b'], {}, [], { messages: [] }, { messages: null }]) {
      expect(user(odd)).toBe(raw(odd))
    }
    const only = { messages: [{ role: 'assistant', content: 'hello' }] }
    expect(user(only)).toBe(raw(only))
    expect(user({ role: 'user' })).toBe(raw({ role: 'user' }))
    expect(lastMessage('{"__proto__":{"messages":"x"}}', 'user')).toBe('{"__proto__":{"messages":"x"}}')
  })

  it('is not looked for without end', () => {
    const deep = `${'{"input":'.repeat(5_000)}"x"${'}'.repeat(5_000)}`
    expect(lastMessage(deep, 'user')).toBe(deep)
  })
})

describe('the first characters', () => {
  it('are whole', () => {
    expect(firstCharacters('abc', 3)).toBe('abc')
    expect(firstCharacters('abcd', 3)).toBe('abc')
    expect(firstCharacters('a😀b😀c', 4)).toBe('a😀b😀')
    expect(firstCharacters('a😀', 2)).toBe('a😀')
    expect(firstCharacters('😀😀😀', 2)).toBe('😀😀')
  })
})
