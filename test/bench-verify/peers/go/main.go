// Verifies the documents of a manifest with github.com/hf/nitrite, each at its own time, and prints one JSON object.
// Arguments: the manifest (path, tab, milliseconds since 1970, per line) and how often to go through it.
package main

import (
	"encoding/json"
	"log"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hf/nitrite"
)

type document struct {
	path  string
	bytes []byte
	at    time.Time
}

type result struct {
	Accepted     int      `json:"accepted"`
	Milliseconds float64  `json:"milliseconds"`
	Processor    float64  `json:"processor"`
	Refused      []string `json:"refused"`
}

func main() {
	documents := read(os.Args[1])
	rounds, err := strconv.Atoi(os.Args[2])
	must(err)
	out := result{Refused: []string{}}
	for _, d := range documents {
		if !accepts(d) {
			out.Refused = append(out.Refused, d.path)
		}
	}
	processor, start := processorMilliseconds(), time.Now()
	for i := 0; i < rounds; i++ {
		for _, d := range documents {
			if accepts(d) {
				out.Accepted++
			}
		}
	}
	out.Milliseconds = float64(time.Since(start).Nanoseconds()) / 1e6
	out.Processor = processorMilliseconds() - processor
	must(json.NewEncoder(os.Stdout).Encode(out))
}

func accepts(d document) bool {
	_, err := nitrite.Verify(d.bytes, nitrite.VerifyOptions{CurrentTime: d.at})
	return err == nil
}

// Processor time of this process: what counts on a machine that others use too.
func processorMilliseconds() float64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
}

func read(manifest string) []document {
	text, err := os.ReadFile(manifest)
	must(err)
	var documents []document
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		path, milliseconds, _ := strings.Cut(line, "\t")
		at, err := strconv.ParseInt(milliseconds, 10, 64)
		must(err)
		bytes, err := os.ReadFile(path)
		must(err)
		documents = append(documents, document{path, bytes, time.UnixMilli(at)})
	}
	return documents
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
