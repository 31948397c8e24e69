# The GitHub App (docs/bot.md, "Deploy"). Everything but TASTER_DATA and /tmp may be read-only; no secret is built in.
# An exact version: replace it by a digest that you have verified (name@sha256:…) where your registry gives you one.
ARG NODE=node:24.21.0-bookworm-slim

FROM ${NODE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# dist/ is bundled; beside it stand the two packages with native files alone, here without those of other systems.
RUN npm ci --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/onnxruntime-node/bin/napi-v6/darwin node_modules/onnxruntime-node/bin/napi-v6/win32

FROM ${NODE}
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -m 0700 -o 10001 -g 10001 /data
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY dist dist
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 TASTER_DATA=/data LOG_FORMAT=json HOME=/tmp XDG_CACHE_HOME=/tmp/cache
USER 10001:10001
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli.js"]
CMD ["bot"]
