using System.Globalization;
using Sweep.Domain.Protocol;
using Sweep.Runner;
using Sweep.Runner.Conversation;
using Sweep.Runner.Processes;

// Exit codes: 0 when the silo closed the stream, 2 for a wrong setting, 4 when the stream breaks the protocol.
var output = new RunnerOutput(NativeCalls.TakeStandardOutput(), Console.OpenStandardError());
Console.SetOut(TextWriter.Null);
var device = Read(TrainerEnvironment.Device, "cpu");
var threads = Read(TrainerEnvironment.Threads, "1");
if (!int.TryParse(threads, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < 1)
{
    output.Log($"the runner ends: {TrainerEnvironment.Threads}: found {threads}; expected a whole number of at least 1.");
    return 2;
}

var scratch = Directory.CreateTempSubdirectory("sweep-runner-").FullName;
using var guard = ProcessGuard.Start(scratch);
var inbox = new CommandInbox(Console.OpenStandardInput(), Ended);
try
{
    await output.SayAsync(new TrainerEvent.Ready("", device));
    await new RunnerSession(inbox, output, new(scratch, device, count, guard)).RunAsync();
    return 0;
}
catch (IOException error)
{
    output.Log($"the runner ends: the silo no longer reads: {error.Message}");
    Ended(null);
    return 0;
}

void Ended(ProtocolException? error)
{
    if (error is not null)
        output.Log($"the runner ends: {error.Message}");
    guard.End(error is null ? 0 : 4);
}

static string Read(string name, string otherwise) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;
