using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Sweep.Client.Commands.Parts;

namespace Sweep.Client.Commands;

/// <summary>Prints the usual help and then the command's examples; for the program itself, the exit codes and the environment.</summary>
internal sealed class ExamplesHelp(HelpAction usual) : SynchronousCommandLineAction
{
    private const string ExitCodesAndEnvironment = """
        Exit codes:
          0    done
          1    some trial failed, the sweep was paused or cancelled, or the request was refused
          2    wrong input: a file, an option, a name
          3    the cluster or its database cannot be reached or started
          4    the silo ended unexpectedly during a run
          130  interrupted
          141  the output was a pipe whose reader ended first, as with | head

        Environment:
          SWEEP_POSTGRES                the database of a cluster, like --postgres
          SWEEP_POSTGRES_PASSWORD_FILE  a file that holds its password, like --postgres-password-file
          PGPASSWORD, PGPASSFILE        its password, as psql has it
          SWEEP_CERTIFICATES            the certificates for a cluster beyond this machine, like --certificates
          SWEEP_HOME                    folder of the private cluster (~/.local/share/sweep; for root /var/lib/sweep)
          SWEEP_PG_BIN                  folder of PostgreSQL's programs, if not found
          SWEEP_SILO                    the silo to start (Sweep.Silo.dll), if not beside this program
          SWEEP_DEBUG                   1 shows where an error came from
          NO_COLOR                      no colours

        """;

    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        var writer = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        if (command is DocumentedCommand documented)
        {
            writer.WriteLine("Examples:");
            foreach (var example in documented.Examples)
                writer.WriteLine("  " + example);
            writer.WriteLine();
        }

        if (command is RootCommand)
            writer.Write(ExitCodesAndEnvironment);
        return code;
    }
}
