import { isLoopback } from '@runlens/runtime'
import { expect, it } from 'vitest'
import { LOOPBACK_HOSTS, NAMELESS_HOSTS, unlessAsked } from './host.ts'

const OWN = ['localhost', 'LOCALHOST:8080', '127.0.0.1:8080', '[::1]:8080', 'runlens.localhost']
const OF_THE_NETWORK = ['query-api:8080', '192.168.0.7:8080', '[fe80::1]:8080', '10.0.0.1']
const OF_OTHERS = [
  'evil.example',
  'evil.example:8080',
  '127.0.0.1.evil.example',
  '1.2.3.4.nip.io:80',
  '',
  'a b',
  undefined,
]

it('answers on loopback under loopback’s names only', () => {
  expect(OWN.filter((host) => !LOOPBACK_HOSTS.allows(host))).toEqual([])
  expect([...OF_THE_NETWORK, ...OF_OTHERS].filter((host) => LOOPBACK_HOSTS.allows(host))).toEqual([])
})

it('answers elsewhere under addresses and short names too, and under no name that somebody may register', () => {
  expect([...OWN, ...OF_THE_NETWORK].filter((host) => !NAMELESS_HOSTS.allows(host))).toEqual([])
  expect(OF_OTHERS.filter((host) => NAMELESS_HOSTS.allows(host))).toEqual([])
})

it('tells loopback addresses from others', () => {
  expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].filter((host) => !isLoopback(host))).toEqual([])
  expect(['0.0.0.0', '::', '10.0.0.1', 'example.com'].filter(isLoopback)).toEqual([])
})

it('answers to any name where everybody is asked who they are', () => {
  let isAsked = false
  const { allows } = unlessAsked(LOOPBACK_HOSTS, () => isAsked)
  expect(allows('runlens.example')).toBe(false)
  isAsked = true
  expect(allows('runlens.example')).toBe(true)
})
