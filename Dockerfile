# One image for every process of Runlens: collector, worker, query API and the commands. ClickHouse is a container of its
# own, so the embedded engine (some 600 MB, an optional package) is left out.

FROM node:22.23.2-bookworm-slim AS build
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.npm \
    npm ci --ignore-scripts \
 && node scripts/build.mjs \
 && npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:22.23.2-bookworm-slim
LABEL org.opencontainers.image.title="Runlens" \
      org.opencontainers.image.description="OpenTelemetry-native analytics for executions" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    RUNLENS_DATA_DIR=/data
# A new volume takes over the owner of the directory it is mounted on.
RUN install --directory --owner=node --group=node --mode=0700 /data
COPY --from=build /app /app
WORKDIR /app
USER node
ENTRYPOINT ["node"]
CMD ["cli/bin/runlens.mjs", "--help"]
