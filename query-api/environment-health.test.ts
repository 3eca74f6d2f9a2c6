import { expect, it } from 'vitest'
import { type EnvironmentSigns, type Health, healthOf } from './environment-health.ts'

const fine: EnvironmentSigns = { total: 100, failuresSinceSuccess: 0, successRate: 97, weekBefore: 98 }

it.each<[string, Partial<EnvironmentSigns>, Health]>([
  ['well', {}, 'healthy'],
  ['without anything', { total: 0, successRate: null }, 'idle'],
  ['whose last three all failed', { failuresSinceSuccess: 3 }, 'down'],
  ['whose last two failed', { failuresSinceSuccess: 2 }, 'healthy'],
  ['without any success, after three failures', { total: 3, failuresSinceSuccess: 3, successRate: 0 }, 'down'],
  ['without any success, after two failures', { total: 2, failuresSinceSuccess: 2, successRate: 0 }, 'degraded'],
  ['five points under its week', { successRate: 93, weekBefore: 98 }, 'degraded'],
  ['nearly five points under its week', { successRate: 93.01, weekBefore: 98 }, 'healthy'],
  ['under 90 %', { successRate: 89.99, weekBefore: 80 }, 'degraded'],
  ['at 90 %', { successRate: 90, weekBefore: 90 }, 'healthy'],
  ['new and under 90 %', { successRate: 50, weekBefore: null }, 'degraded'],
  ['in which everything still runs', { successRate: null, weekBefore: 100 }, 'healthy'],
])('an environment %s', (_, signs, health) => {
  expect(healthOf({ ...fine, ...signs })).toBe(health)
})
