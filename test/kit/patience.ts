/** How long tests wait for what must happen: long, as machines that run them are busy. What happens in time costs no test anything. */
export const PATIENCE_MS = 60_000
