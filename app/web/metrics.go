package web

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"tequio/app/db"
	"tequio/app/job"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"
)

// metrics counts what operators watch, in a registry of its own.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tequio_requests_total", Help: "Requests by route and status."}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "tequio_request_seconds", Help: "Time to answer by route.",
			Buckets: []float64{.001, .005, .025, .1, .5, 2.5}}, []string{"route"}),
	}
	queue := func(pick func(job.State) float64) func() float64 {
		return func() float64 {
			var st job.State
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) { st, err = job.Look(tx); return err }); err != nil {
				return -1
			}
			return pick(st)
		}
	}
	m.registry.MustRegister(m.requests, m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "tequio_jobs_waiting", Help: "Jobs in the queue."}, queue(func(s job.State) float64 { return float64(s.Waiting) })),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "tequio_jobs_failing", Help: "Jobs that failed and wait to be tried again."}, queue(func(s job.State) float64 { return float64(s.Failing) })))
	return m
}

func (m *metrics) served(r route, code int, took time.Duration) {
	name := r.method + " " + r.path
	m.requests.WithLabelValues(name, strconv.Itoa(code)).Inc()
	m.seconds.WithLabelValues(name).Observe(took.Seconds())
}

func (m *metrics) text() ([]byte, error) {
	families, err := m.registry.Gather()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
