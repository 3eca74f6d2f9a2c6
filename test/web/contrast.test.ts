/** Text in every colour of the UI can be read on every ground that it stands on: WCAG 2.2, level AA. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

type Colour = [number, number, number]

const css = readFileSync(new URL('../../web/style/base.css', import.meta.url), 'utf8')
const PAIRS = [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)]

function coloursOf(scheme: 0 | 1): Map<string, Colour> {
  return new Map(
    PAIRS.map(([, name, ...values]) => [
      name ?? '',
      [1, 3, 5].map((at) => Number.parseInt(values[scheme]?.slice(at, at + 2) ?? '', 16)) as Colour,
    ]),
  )
}

function luminance(colour: Colour): number {
  const [r, g, b] = colour.map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as Colour
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: Colour, b: Colour): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

const mixed = (top: Colour, ground: Colour, share: number) =>
  top.map((value, n) => value * share + (ground[n] ?? 0) * (1 - share)) as Colour

it.each([
  ['light', 0],
  ['dark', 1],
] as const)('in %s', (_, scheme) => {
  const colours = coloursOf(scheme)
  const of = (name: string) => colours.get(name) ?? expect.unreachable(`no colour ${name}`)
  const grounds = ['page', 'panel', 'raised', 'hover']
  const tones = ['good', 'bad', 'warn', 'busy', 'wait', 'calm', 'odd']
  const texts = ['ink', 'ink-soft', 'accent', ...tones]
  const pairs = texts.flatMap((text) =>
    grounds.map((ground) => [`${text} on ${ground}`, of(text), of(ground)] as const),
  )
  // Pills stand on a tint of their own colour (at most 14 %).
  const pills = tones.flatMap((tone) =>
    ['panel', 'page', 'hover'].map(
      (ground) => [`${tone} pill on ${ground}`, of(tone), mixed(of(tone), of(ground), 0.14)] as const,
    ),
  )
  const wrong = [...pairs, ...pills, ['a chosen range', of('panel'), of('accent')] as const]
    .map(([name, text, ground]) => ({ name, ratio: contrast(text, ground) }))
    .filter(({ ratio }) => ratio < 4.5)
  expect(wrong).toEqual([])
})
