import { expect, it } from 'vitest'
import { AddressRules, isAddressRule } from './address-rules.ts'

const PUBLIC = ['8.8.8.8', '172.15.0.1', '172.32.0.1', '192.167.255.255', '2606:4700::1', '2a00::1', '::ffff:8.8.8.8']
const PRIVATE = [
  '127.0.0.1',
  '127.255.255.254',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'fc00::1',
  'fd12::1',
  'ff02::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '64:ff9b::7f00:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:10.0.0.1',
  '::127.0.0.1',
  'not an address',
]

it.each(PUBLIC)('lets %s be reached', (address) => {
  expect(new AddressRules([]).allows('example.com', address)).toBe(true)
})

it.each(PRIVATE)('keeps %s out of reach', (address) => {
  expect(new AddressRules([]).allows('example.com', address)).toBe(false)
})

it('lets in what the operator names: networks, addresses and hosts, and nothing beside them', () => {
  const rules = new AddressRules(['10.1.0.0/16', '127.0.0.1', 'fd12::/16', 'N8N.internal'])
  expect(rules.allows('x', '10.1.255.1')).toBe(true)
  expect(rules.allows('x', '10.2.0.1')).toBe(false)
  expect(rules.allows('x', '127.0.0.1')).toBe(true)
  expect(rules.allows('x', '::ffff:127.0.0.1')).toBe(true)
  expect(rules.allows('x', '127.0.0.2')).toBe(false)
  expect(rules.allows('x', 'fd12::9')).toBe(true)
  expect(rules.allows('x', 'fd13::9')).toBe(false)
  expect(rules.allows('n8n.internal', '192.168.7.7')).toBe(true)
  expect(rules.allows('other.internal', '192.168.7.7')).toBe(false)
})

it('knows what a rule may be', () => {
  for (const rule of ['10.0.0.0/8', '::1', 'fd00::/8', 'localhost', 'n8n-1.internal']) {
    expect(isAddressRule(rule), rule).toBe(true)
  }
  for (const rule of ['', '10.0.0.0/33', 'http://n8n', 'a b', '10.0.0.0/8/8', 'fd00::/129', '-x', 'n8n:5678']) {
    expect(isAddressRule(rule), rule).toBe(false)
  }
})
