import { describe, expect, it } from 'vitest'
import { formBoundary, parseForm } from './multipart.ts'

const part = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`

describe('a multipart form', () => {
  it('gives its parts by name, whatever they hold', () => {
    const body = Buffer.from(
      `${part('query', 'SELECT 1')}${part('param_x', 'a\r\n--bb ü"')}${part('param_y', '')}--b--\r\n`,
    )
    expect([...parseForm(body, 'b')]).toEqual([
      ['query', 'SELECT 1'],
      ['param_x', 'a\r\n--bb ü"'],
      ['param_y', ''],
    ])
  })

  it('is refused when it is cut, has no head or name, or repeats a name', () => {
    const bodies = [
      '',
      '--b',
      part('a', '1'),
      '--b\r\nx\r\n--b--',
      '--b\r\nX: y\r\n\r\n1\r\n--b--',
      `${part('a', '1')}${part('a', '2')}--b--`,
    ]
    for (const body of bodies)
      expect(() => parseForm(Buffer.from(body), 'b')).toThrow(expect.objectContaining({ code: 36 }))
  })

  it('is known by its content type', () => {
    expect(formBoundary('multipart/form-data; boundary=----x')).toBe('----x')
    expect(formBoundary('Multipart/Form-Data; charset=utf-8; boundary="a b"')).toBe('a b')
    expect(formBoundary('application/octet-stream')).toBeUndefined()
    expect(formBoundary(undefined)).toBeUndefined()
  })
})
