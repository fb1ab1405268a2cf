using System.Text;
using Sweep.Domain.Protocol;
using Sweep.Trainer;
using Sweep.Trainer.Conversation;
using Sweep.Trainer.Training;
using TorchSharp;

// Exit codes: 0 when the silo closed the stream, 2 for a wrong setting, 3 for no libtorch or no such device, 4 when the stream breaks the
// protocol.
var output = NativeProcess.TakeStandardOutput();
// The silo reads UTF-8, so the log is written in UTF-8 under any locale.
Console.SetError(
    new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });
Console.SetOut(Console.Error);
var log = new TrainerLog(Console.Error);
try
{
    var settings = TrainerSettings.From(Environment.GetEnvironmentVariable);
    var device = new torch.Device(settings.Device);
    Libtorch.Load(settings.Libtorch, device);
    torch.set_num_threads(settings.Threads);
    // Nothing awaits here, since this thread must be the one that trains.
    var environment = TorchEnvironment.Of(settings);
    TrainerEvent ready = new TrainerEvent.Ready(environment.Torch!, settings.Device);
    Frame.WriteAsync(output, ready, default, CancellationToken.None).GetAwaiter().GetResult();
    new TrainerSession(new CommandInbox(Console.OpenStandardInput(), Ended), output, device, environment, log).Run();
    return 0;
}
catch (TrainerSettingsException error)
{
    log.Ending(error.Message);
    return 2;
}
catch (LibtorchException error)
{
    log.Ending(error.Message);
    return 3;
}
catch (IOException error)
{
    log.Ending($"the silo no longer reads: {error.Message}");
    return 0;
}

void Ended(ProtocolException? error)
{
    if (error is not null)
        log.Ending(error.Message);
    NativeProcess.ExitAtOnce(error is null ? 0 : 4);
}
