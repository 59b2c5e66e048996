# Two stages: build the wheel and its environment, then run it as nobody in particular.
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/ripeline \
 && /opt/ripeline/bin/pip install --no-cache-dir --disable-pip-version-check --requirement requirements.lock
COPY pyproject.toml README.md LICENSE rules.toml ./
COPY server server
COPY admin admin
COPY docs/api.md docs/api.md
COPY tracker/dist tracker/dist
RUN /opt/ripeline/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps .

FROM python:3.13-slim-bookworm
RUN groupadd --gid 10001 ripeline \
 && useradd --uid 10001 --gid ripeline --no-create-home --shell /usr/sbin/nologin ripeline \
 && install --directory --owner ripeline --group ripeline /data
COPY --from=build /opt/ripeline /opt/ripeline
ENV PATH=/opt/ripeline/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    RIPELINE_DATA=/data \
    RIPELINE_HOST=0.0.0.0
USER 10001:10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=15m \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/readyz', timeout=2)"]
# SIGTERM drains the queue; the server is gone within 10 s.
STOPSIGNAL SIGTERM
CMD ["ripeline", "serve"]
