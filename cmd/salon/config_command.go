package main

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"salon/cmd/salon/internal/certificates"
	"salon/configs"
)

const configUsage = `Usage: salon config check [FLAGS]
       salon config print [--effective] [--redact] [FLAGS]

check says whether "salon serve" with the same flags would accept the configuration.
print shows every key with its default and what it means: a file to begin with.

  --effective               print what is in effect with these flags, environment and file instead
  --redact                  hide secrets, so that the output can be shown to others
` + configFlagsUsage

func configCommand(p *program, args []string) int {
	return p.runVerb(args, configUsage, `write "salon config check" or "salon config print"`,
		verb{"check", checkConfig}, verb{"print", printConfig})
}

func checkConfig(p *program, args []string) int {
	f, c := p.newConfigFlags("config check", configUsage)
	loaded, code, ok := c.read(p, f, args)
	if !ok {
		return code
	}
	if loaded.TLS.Mode == configs.TLSFiles {
		if _, err := certificates.New(loaded.TLS, discardLog()); err != nil {
			p.complain("%v", err)
			return exitUsage
		}
	}
	for _, w := range loaded.Warnings {
		p.complain("warning: %s", w)
	}
	fmt.Fprintln(p.stdout, "The configuration is good.")
	return exitOK
}

func printConfig(p *program, args []string) int {
	f, c := p.newConfigFlags("config print", configUsage)
	effective := f.Bool("effective", false, "")
	redact := f.Bool("redact", false, "")
	if code, ok := p.parse(f, args); !ok {
		return code
	}
	if !*effective {
		if c.path != "" || len(c.set) > 0 {
			p.complain("without --effective only the defaults are printed: add it")
			return exitUsage
		}
		_, _ = p.stdout.Write(configs.DefaultYAML())
		return exitOK
	}
	loaded, ok := c.load(p)
	if !ok {
		return exitUsage
	}
	config := loaded.Portable()
	if *redact {
		config = loaded.Redacted()
	}
	text, err := effectiveYAML(config, loaded.Origins)
	if err != nil {
		p.complain("print the configuration: %v", err)
		return exitError
	}
	_, _ = p.stdout.Write(text)
	return exitOK
}

// effectiveYAML writes the configuration with a comment on each line that somebody set: where.
func effectiveYAML(c configs.Config, origins map[string]string) ([]byte, error) {
	var document yaml.Node
	if err := document.Encode(c); err != nil {
		return nil, err
	}
	comment(&document, "", origins)
	return yaml.Marshal(&document)
}

func comment(n *yaml.Node, path string, origins map[string]string) {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		inner := key.Value
		if path != "" {
			inner = path + "." + key.Value
		}
		if origin := origins[inner]; origin != "" && value.Kind != yaml.MappingNode {
			key.LineComment = "# " + origin
			if value.Kind == yaml.ScalarNode {
				key.LineComment, value.LineComment = "", "# "+origin
			}
		}
		comment(value, inner, origins)
	}
}
