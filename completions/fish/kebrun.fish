# fish completion of kebrun, made by completions/gen.sh
complete -c kebrun -s j -l copies -x -d 'run N copies as members of one consumer group; %i is the copy\'s number [1]'
complete -c kebrun -s l -l labels -d 'put the stage\'s name in front of its messages'
complete -c kebrun -l pipe-size -x -d 'size of the pipes between the stages [the kernel\'s, writers grow them]'
complete -c kebrun -l print -d 'show what would be started, and stop'
complete -c kebrun -s v -l verbose -d 'more messages; twice for debugging'
complete -c kebrun -s q -l quiet -d 'errors only'
complete -c kebrun -s h -l help -d 'show this help'
complete -c kebrun -s V -l version -d 'show the version and those of the libraries'
