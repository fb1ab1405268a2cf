using Sweep.Client.Commands;
using Sweep.Client.Local;
using Sweep.Client.Output;
using Sweep.Storage.Connections;

PostgresEnvironment.Forget();
Utf8Streams.Force();
using var interruption = new Interruption();
return await CommandLine.RunAsync(args, Terminal.Standard(interruption.RequestEnd), interruption.Token);
